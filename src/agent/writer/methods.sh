# How a disk is made empty: by itself where it can, else by zeros.

# The password that a disk has while it erases itself; where its power fails then, that unlocks it.
password=bootwright

# by_itself: by the best that this disk can; its name is in $methods when it says that it has done so.
by_itself() {
  folder=$root/sys/block/${disk#/dev/}
  case $disk in
    /dev/nvme*) nvme_format && methods=nvme-format && return ;;
    /dev/sd*) ata_erase && methods=ata-secure-erase && return ;;
  esac
  line "$folder/queue/discard_max_bytes"
  case $value in '' | 0) return ;; esac
  blkdiscard "$target" 2> "$problem" && methods=discard
}

# nvme_format: erases the user data of a namespace (NVM Express, Format NVM, SES 1), where it is the only one of
# its controller: some erase all of them at once.
nvme_format() {
  command -v nvme > /dev/null || return
  controller=${disk%n*}
  set -- "$root$controller"n*
  for each in "$@"; do
    case ${each##*/} in *p[0-9]*) ;; "${disk##*/}") ;; *) return 1 ;; esac
  done
  nvme format "$target" --ses=1 --force > "$problem" 2>&1
}

# ata_erase: SECURITY ERASE UNIT, of a disk that has it, is not frozen by its firmware, and has no password.
ata_erase() {
  command -v hdparm > /dev/null || return
  hdparm -I "$target" 2> /dev/null | sed -n '/^Security:/,$p' > "$problem.ata"
  grep -q 'not[[:space:]]*enabled' "$problem.ata" && grep -q 'not[[:space:]]*frozen' "$problem.ata" || return
  kind=--security-erase
  ! grep -q '^[[:space:]]*supported: enhanced erase' "$problem.ata" || kind=--security-erase-enhanced
  hdparm --user-master u --security-set-pass $password "$target" > "$problem" 2>&1 &&
    hdparm --user-master u $kind $password "$target" > "$problem" 2>&1 && return
  hdparm --user-master u --security-disable $password "$target" > /dev/null 2>&1
  return 1
}

# overwrite: zeros from the first to the last byte.
overwrite() {
  at=0
  all=$((size / mib))
  while [ "$at" -lt "$all" ]; do
    count=$((all - at))
    [ "$count" -le 256 ] || count=256
    dd if=/dev/zero of="$target" bs=$mib count="$count" seek="$at" conv=notrunc,fsync 2> "$problem" ||
      return
    at=$((at + count))
    echo $((at * 100 / all)) > "$percent"
  done
  [ $((size % mib)) = 0 ] || dd if=/dev/zero of="$target" bs=512 count=$((size % mib / 512)) \
    oflag=seek_bytes seek=$((all * mib)) conv=notrunc,fsync 2> "$problem"
}
