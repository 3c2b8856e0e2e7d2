# The image from the daemon to the disk, never whole in memory: all but its first and its last megabyte.

# unpack: what comes in, as the order says that it is packed.
unpack() {
  case $(order packing) in
    raw) cat ;;
    gz) gunzip -c ;;
    xz) unxz -c ;;
    zst) zstd -d -c -q ;;
    *) echo 'it is packed in a way that nobody knows' >&2 && return 1 ;;
  esac
}

# check_image: in $bytes and $sha256 what it must become when it is unpacked.
check_image() {
  check_sectors
  amount bytes
  bytes=$value
  sha256=$(order sha256)
  [ "${#sha256}" = 64 ] || fail 'the order says no sha256'
  [ "$bytes" -ge $((3 * mib)) ] || fail "the image has only $bytes bytes"
  [ "$bytes" -le "$size" ] || fail "the image has $bytes bytes, and $disk only $size"
}

# stream: the image is on the disk but for its ends, and its sum is right; or the install has failed.
stream() {
  last_mib=$((bytes / mib - 1))
  rm -f /run/why /run/short /run/sum
  [ -p /run/sum.pipe ] || mkfifo /run/sum.pipe
  sha256sum < /run/sum.pipe > /run/sum &
  summing=$!
  image=$server$(order image)
  { wget -q -O - "$image" 2> /run/fetch.problem; echo $? > /run/fetched; } |
    { unpack 2> /run/unpack.problem; echo $? > /run/unpacked; } |
    tee /run/sum.pipe 2> /dev/null |
    lay_out
  wait $summing
  [ ! -s /run/why ] || fail "$(cat /run/why)"
  # What stops in the middle ends whoever writes to it, without a word.
  [ ! -s /run/fetch.problem ] ||
    fail "the image cannot be fetched to its end: $(plain < /run/fetch.problem)"
  [ "$(cat /run/unpacked)" = 0 ] ||
    fail "the image cannot be unpacked: $(plain < /run/unpack.problem)"
  [ "$(cat /run/fetched)" = 0 ] || fail 'the image cannot be fetched to its end'
  [ ! -s /run/short ] || fail "$(cat /run/short)"
  summed=$(cut -d ' ' -f 1 < /run/sum)
  [ "$summed" = "$sha256" ] || fail "the image has the sha256 $summed, and should have $sha256"
  # A subshell of the pipe knew them.
  read -r label seed_start < /run/made
}

# lay_out: what comes in; what hinders it is in /run/why, and where it has not the length it should, in /run/short.
lay_out() {
  dd of=/run/head bs=$mib count=1 iflag=fullblock 2> /dev/null
  [ "$(wc -c < /run/head)" = $mib ] || { short 0 && return; }
  make_table || return
  echo "${label:-none} ${seed_start:-}" > /run/made
  clear_ends || { unwritten && return; }
  at=1 told=0
  while [ "$at" -lt "$last_mib" ]; do
    count=$((last_mib - at))
    [ "$count" -le 64 ] || count=64
    dd of="$target" bs=$mib count="$count" seek="$at" iflag=fullblock conv=notrunc 2> /run/dd ||
      { unwritten && return; }
    grep -q "^$count+0 records in" /run/dd || { short "$at" && return; }
    at=$((at + count))
    progress "$at" $((bytes / mib)) "on+$disk"
  done
  dd of=/run/tail bs=$mib count=3 iflag=fullblock 2> /dev/null
  rest=$(wc -c < /run/tail)
  [ "$rest" -le "$((bytes - last_mib * mib))" ] || echo "the image has more than $bytes bytes" > /run/why
  [ "$rest" -ge "$((bytes - last_mib * mib))" ] || short "$last_mib"
}

short() { echo "the image ends early: it has not $bytes bytes, but $1 MiB and a part" > /run/short; }

unwritten() { echo "$disk cannot be written: $(tail -n 1 /run/dd | plain)" > /run/why; }
