# What the daemon wants done, and to which disk. It is believed nothing that the disk itself tells otherwise.

mib=1048576

# fail WHY: the install has failed.
fail() {
  say "$1"
  message=$(echo "$1" | tr -dc ' -~' | cut -c 1-300 | sed 's/[\\"]/\\&/g')
  tell "{\"event\":\"failed\",\"message\":\"$message\"}" 'Content-Type: application/json'
  exit 1
}

# get_order VERB: into a file of lines `NAME VALUE`; 1 where there is none of this verb for this boot.
get_order() {
  until timeout 60 wget -q -O /run/order "$server/agent/$token" 2> /run/problem; do
    case $(cat /run/problem) in *' 404 '* | *' 403 '*) return 1 ;; esac
    say "$server is not heard, again in 5 s: $(plain < /run/problem)"
    sleep 5
  done
  [ "$(head -n 1 /run/order)" = "$1" ]
}

# order NAME: its value; nothing where the order does not say it.
order() { sed -n "s/^$1 //p" /run/order | head -n 1; }

# amount NAME: its value, which must be a number above 0.
amount() {
  number "$(order "$1")"
  case $json in null | 0) fail "the order says no $1" ;; esac
  value=$json
}

# find_disk NAME SIZE SERIAL: in $disk, $target and $size the disk of the order, if it is the one that was reported.
find_disk() {
  disk=$1
  case ${disk#/dev/} in '' | *[!a-z0-9]*) fail 'the order names no disk' ;; esac
  folder=$root/sys/block/${disk#/dev/}
  target=$root$disk
  number "$2"
  case $json in null | 0) fail 'the order says no size' ;; esac
  size=$json
  line "$folder/size"
  number "$value"
  [ "$json" != null ] || fail "there is no $disk"
  [ "$((json * 512))" = "$size" ] || fail "$disk has $((json * 512)) bytes, and had $size"
  serial_of "$folder"
  [ "$(string "$value")" = "$3" ] || fail "$disk is not the disk any more that was reported"
  for held in "$folder"/holders/*; do
    [ ! -e "$held" ] || fail "$disk is in use by ${held##*/}"
  done
}

# check_disk NAME SIZE SERIAL: the same of one that is to be written.
check_disk() {
  find_disk "$@"
  line "$folder/ro"
  [ "$value" != 1 ] || fail "$disk can only be read"
}

# check_sectors: of the disk, whose partition table counts them.
check_sectors() {
  line "$folder/queue/logical_block_size"
  [ "${value:-512}" = 512 ] || fail "$disk has sectors of $value bytes, and images are made for 512"
}

# clear_ends: of the disk, its start first: without that nothing boots what was there, nor uses its table at the end.
clear_ends() {
  dd if=/dev/zero of="$target" bs=$mib count=1 conv=notrunc,fsync 2> "$problem" &&
    dd if=/dev/zero of="$target" bs=$mib count=1 oflag=seek_bytes seek="$((size - mib))" \
      conv=notrunc,fsync 2> "$problem"
}

# progress AT ALL WHERE: how far it is, in MiB, at most every 5 seconds; nothing waits for that it is heard.
progress() {
  now=$(cut -d . -f 1 /proc/uptime)
  [ "$now" -ge "$((${told:-0} + 5))" ] || return 0
  told=$now
  timeout 5 wget -q -O /dev/null \
    --post-data "event=progress&percent=$(($1 * 100 / $2))&message=$1+of+$2+MiB+$3" "$url" 2> /dev/null 3>&- &
}
