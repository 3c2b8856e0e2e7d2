# A disk is read back, from itself and from no memory.

# As much is read at most from end to end, in MiB; of larger disks samples.
whole_mib=2048
# MiB at each end of a disk that is sampled, and points between them.
end_mib=64
points=1000

# looks_empty: it reads as zeros. $checked says whether that is the whole disk, and $read_back how many bytes.
looks_empty() {
  blockdev --flushbufs "$target" 2> /dev/null || :
  read_back=0
  all=$(((size + mib - 1) / mib))
  if [ "$(order check)" = whole ] || [ "$all" -le "$whole_mib" ]; then
    checked=whole
    zeros 0 "$all"
    return
  fi
  checked=sampled
  zeros 0 $end_mib && zeros $((all - end_mib)) $end_mib || return
  point=0
  while [ "$point" -lt $points ]; do
    zeros $((end_mib + (all - 2 * end_mib) * point / points)) 1 || return
    point=$((point + 1))
  done
}

# zeros AT COUNT: whether these MiB of the disk, which may end before them, are zeros.
zeros() {
  from=$1 left=$2
  while [ "$left" -gt 0 ]; do
    step=$left
    # cmp counts up to 2 GiB.
    [ "$step" -le 512 ] || step=512
    bytes=$((size - from * mib))
    [ "$bytes" -le $((step * mib)) ] || bytes=$((step * mib))
    dd if="$target" bs=$mib skip="$from" count="$step" 2> "$problem.dd" |
      cmp -s -n $bytes - /dev/zero || {
      grep '^dd: ' "$problem.dd" > "$problem"
      return 1
    }
    from=$((from + step)) left=$((left - step)) read_back=$((read_back + bytes))
  done
}
