# What of a disk nobody needs: the blocks that its file systems have free. They are zeros in the image.

# Bytes of the smallest stretch that is left out.
grain=65536
# So many of them, 1 GiB, are in one list, so that a piece need not look through all.
in_list=16384

# find_free: lists of stretches, `FIRST LAST+1` in grains, below /run/free. What is not understood is read whole.
find_free() {
  rm -rf /run/free
  mkdir -p /run/free
  echo "0 $((size / 512)) $target" > /run/parts
  if sfdisk -d "$target" > /run/table 2> /dev/null; then
    sed -n 's/^\([^ ]*\) : start= *\([0-9]*\), size= *\([0-9]*\).*/\2 \3 \1/p' /run/table > /run/parts
  fi
  leave_seed
  while read -r start count node; do
    free_in $((start * 512)) $((count * 512)) "$node"
  done < /run/parts
  say "$(cat /run/free/* 2> /dev/null | awk -v grain=$grain \
    '{ sum += $2 - $1 } END { printf "%d", sum * grain / 1048576 }') MiB of it are free, and not read."
}

# leave_seed: what an install had to tell its system is for that one alone, passwords too. When the image is written
# its partition goes.
leave_seed() {
  [ -n "$(old_seed /run/table $((size / 512)))" ] || return 0
  start=$(($(seed_at $((size / 512))) * 512))
  dd if="$target" bs=512 skip=$((start / 512)) count=1 2> /dev/null | grep -q 'CIDATA' || return 0
  echo "$((start / grain)) $(((start + seed_sectors * 512) / grain))" > "/run/free/$((start / grain / in_list))"
}

# free_in START BYTES NODE: of a file system that was unmounted cleanly, and that the agent has the program for.
free_in() {
  kind=$(kind_of "$1")
  case $kind in
    '') return ;;
    ext) command -v dumpe2fs > /dev/null || return 0 ;;
    *) command -v "partclone.$kind" > /dev/null || return 0 ;;
  esac
  if ! is_clean "$kind" "$1" "$3"; then
    told_whole "the file system at $(($1 / mib)) MiB is not clean: it is read whole"
  elif stretches "$kind" "$3" > /run/stretches; then
    leave "$1" "$2" < /run/stretches
  else
    told_whole "what is free at $(($1 / mib)) MiB cannot be told: it is read whole"
  fi
}

# kind_of START: the file system that begins there, by its magic; nothing for one that is read whole.
kind_of() {
  [ "$(number_at $(($1 + 1080)) 2)" != 61267 ] || { echo ext && return; }
  [ "$(text_at "$1" 4)" != XFSB ] || { echo xfs && return; }
  [ "$(text_at $(($1 + 65600)) 8)" != _BHRfS_M ] || { echo btrfs && return; }
  case $(text_at $(($1 + 54)) 3)$(text_at $(($1 + 82)) 3) in *FAT*) echo fat ;; esac
}

# text_at AT LENGTH, number_at AT LENGTH: what stands there on the disk.
text_at() { dd if="$target" bs=1 skip="$1" count="$2" 2> /dev/null | tr -dc ' -~'; }
number_at() { dd if="$target" bs=1 skip="$1" count="$2" 2> /dev/null | od -A n -t "u$2" | tr -d ' '; }

# is_clean KIND START NODE: what is free on the disk is free. A journal that is to be replayed may change any block.
is_clean() {
  case $1 in
    ext)
      dumpe2fs "$target?offset=$2" > /run/ext 2> /dev/null &&
        grep -q '^Filesystem state: *clean$' /run/ext &&
        ! grep -Eq '^Filesystem features:.* (needs_recovery|orphan_present|bigalloc|journal_dev)( |$)' /run/ext
      ;;
    xfs) xfs_logprint -t "$3" 2> /dev/null | grep -q 'state: <CLEAN>' ;;
    # Without a log tree, and on this disk alone (log_root and num_devices of the superblock).
    btrfs) [ "$(number_at $(($2 + 65632)) 8)" = 0 ] && [ "$(number_at $(($2 + 65672)) 8)" = 1 ] ;;
    fat) ;;
  esac
}

# stretches KIND NODE: what is free in it, `AT BYTES`.
stretches() {
  if [ "$1" = ext ]; then
    awk '
      /^Block size:/ { block = $3 }
      /^  Free blocks: ./ {
        sub(/^  Free blocks: /, "")
        count = split($0, runs, /, */)
        for (i = 1; i <= count; i++) {
          last = split(runs[i], ends, "-") == 2 ? ends[2] : ends[1]
          printf "%.0f %.0f\n", ends[1] * block, (last - ends[1] + 1) * block
        }
      }' /run/ext
    return
  fi
  rm -f /run/domain
  "partclone.$1" -D -q -s "$2" -o /run/domain -L /run/partclone.log > /dev/null 2>&1 || return
  while read -r from bytes status; do
    case $from$status in 0x*'?') [ -z "$bytes" ] || echo "$((from)) $((bytes))" ;; esac
  done < /run/domain
}

# leave START BYTES: the whole grains of stretches in a partition; of each list its part.
leave() {
  awk -v start="$1" -v size="$2" -v grain=$grain -v in_list=$in_list -v lists=/run/free/ '
    $1 + $2 <= size {
      from = (start + $1) / grain
      if (from > int(from)) from = int(from) + 1
      for (to = int((start + $1 + $2) / grain); from < to; from = end) {
        list = int(from / in_list)
        end = (list + 1) * in_list
        if (end > to) end = to
        if (list != open) { close(lists open); open = list }
        printf "%d %d\n", from, end >> (lists list)
      }
    }'
}

# told_whole WHY: on the screen and in the timeline.
told_whole() {
  say "$1"
  body="{\"event\":\"progress\",\"percent\":0,\"message\":$(string "$1")}"
  timeout 10 wget -q -O /dev/null --header 'Content-Type: application/json' --post-data "$body" "$url" 2> /dev/null || :
}

# runs AT BYTES: what of this piece is read, and what is zeros: `data FIRST COUNT`, `zero FIRST COUNT`, in grains.
runs() {
  first=$(($1 / grain))
  list=/run/free/$((first / in_list))
  [ -e "$list" ] || list=/dev/null
  sort -n "$list" | awk -v at="$first" -v end=$((($1 + $2 + grain - 1) / grain)) '
    $2 > at && $1 < end {
      from = $1 > at ? $1 : at
      to = $2 < end ? $2 : end
      if (from > at) print "data", at, from - at
      print "zero", from, to - from
      at = to
    }
    END { if (at < end) print "data", at, end - at }'
}
