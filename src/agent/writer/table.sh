# The partition table that the disk will have, made in a file before the disk is touched: the one of the image
# with its last partition grown, and behind it the seed.

# make_table: /run/table, of the disk's size and nearly all holes, from the first megabyte of the image; 1 and
# a reason in /run/why where the disk cannot have it.
make_table() {
  rm -f /run/table
  truncate -s "$size" /run/table
  dd if=/run/head of=/run/table bs=$mib conv=notrunc 2> /dev/null
  label=$(sfdisk -d /run/table 2> /dev/null | sed -n 's/^label: //p')
  drop_seed
  if [ -e /run/seed.img ]; then add_seed || return 1; fi
  [ -z "$label" ] || grow
}

# drop_seed: an image that was a disk of ours has the seed of that.
drop_seed() {
  sfdisk -d /run/table > /run/dump 2> /dev/null || return 0
  old=$(old_seed /run/dump $((bytes / 512)))
  [ -z "$old" ] || sfdisk -q --delete /run/table "$old" > /dev/null 2>&1
}

add_seed() {
  case $label in
    gpt) type='EBD0A0A2-B9E5-4433-87C0-68B6B72699C7,name=cidata' ;;
    dos) type=c ;;
    *) echo 'the image has no partition table, and a seed needs one' > /run/why && return 1 ;;
  esac
  seed_start=$(seed_at $((size / 512)))
  echo "start=$seed_start,size=$seed_sectors,type=$type" |
    sfdisk -q -a /run/table > /dev/null 2> /run/problem && return
  echo "$disk has no room for the seed: $(tail -n 1 /run/problem | plain)" > /run/why
  return 1
}

# grow: the partition that lies last, the seed aside, up to the end of what is free.
grow() {
  last=$(sfdisk -d /run/table 2> /dev/null |
    sed -n 's/^.*table\([0-9]*\) : start= *\([0-9]*\),.*/\2 \1/p' |
    sort -n | sed "/^${seed_start:-none} /d" | tail -n 1)
  [ -n "$last" ] || return 0
  echo ', +' | sfdisk -q -N "${last#* }" /run/table > /dev/null 2> /run/problem ||
    say "The last partition keeps its size: $(tail -n 1 /run/problem | plain)"
}

# finish: the end of the image, the seed, the copy of the table at the end of the disk; and when all of that is on
# the disk the first megabyte; its first sector, by which it boots, last: a disk writes one as a whole or not at all.
finish() {
  put /run/tail "$((last_mib * mib))"
  [ ! -e /run/seed.img ] || put /run/seed.img "$((seed_start * 512))"
  if [ "$label" = gpt ]; then
    dd if=/run/table of=/run/copy iflag=skip_bytes skip="$((size - 33 * 512))" bs=16896 count=1 2> /dev/null
    put /run/copy "$((size - 33 * 512))"
  fi
  dd if=/run/table of=/run/head bs=512 skip=1 count=2047 2> /dev/null
  put /run/head 512
  dd if=/run/table of=/run/boot bs=512 count=1 2> /dev/null
  put /run/boot 0
}

# put FILE AT: onto the disk, there, and it is there when this returns.
put() {
  dd if="$1" of="$target" bs=$mib oflag=seek_bytes seek="$2" conv=notrunc,fsync 2> /run/problem ||
    fail "$disk cannot be written: $(tail -n 1 /run/problem | plain)"
}
