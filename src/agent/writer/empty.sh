# All disks of an order, each by a process of its own: a large one takes a day.

# check_disks: before the first of them is touched each is the one that was reported, and there is no other.
check_disks() {
  while read -r name bytes serial; do
    check_disk "$name" "$bytes" "$serial"
  done < /run/disks
  for folder in "$root"/sys/block/*; do
    is_disk "$folder" || continue
    grep -q "^/dev/${folder##*/} " /run/disks ||
      fail "there is /dev/${folder##*/}, and the order does not name it"
  done
}

# erase_disks: what came of disk N is /run/erased.N.
erase_disks() {
  rm -f /run/erased.* /run/percent.*
  count=0 workers=
  while read -r name bytes _; do
    count=$((count + 1))
    erase_disk "$name" "$bytes" "$count" > "/run/erased.$count" &
    workers="$workers $!"
  done < /run/disks
  tell_progress &
  teller=$!
  # shellcheck disable=SC2086 # They are several.
  wait $workers
  kill $teller 2> /dev/null
}

# tell_progress: of the slowest disk, every few seconds; nothing waits for that it is heard.
tell_progress() {
  while sleep "${AGENT_PAUSE:-5}"; do
    percent=$(cat /run/percent.* 2> /dev/null | sort -n | head -n 1)
    timeout 5 wget -q -O /dev/null \
      --post-data "event=progress&percent=${percent:-0}&message=erasing+$count+disks" "$url" 2> /dev/null
  done
}

# erase_disk NAME SIZE N: one row of the record. What the disk does by itself is believed when it reads zeros.
erase_disk() {
  disk=$1 target=$root$1 size=$2 problem=/run/problem.$3 percent=/run/percent.$3
  methods='' read_back=0 checked=none
  : > "$problem"
  clear_ends || { row && return; }
  if [ "$(order method)" = auto ]; then by_itself; fi
  if [ -n "$methods" ] && looks_empty; then erased=true row && return; fi
  methods="$methods${methods:+ }overwrite"
  overwrite || { row && return; }
  looks_empty || { row && return; }
  erased=true row
}

# row: what came of it. $erased is set by whoever has looked.
row() {
  if [ "${erased:-}" = true ]; then why=null; else
    why=$(string "$(grep : "$problem" | tail -n 1 | plain)")
    [ "$why" != null ] || why='"it does not read as zeros"'
  fi
  printf '{"disk":"%s","erased":%s,"methods":"%s","checked":"%s","bytes":%s,"why":%s}' \
    "$disk" "${erased:-false}" "$methods" "$checked" "$read_back" "$why"
}

# report_erased: the record; the install is done when every disk is empty.
report_erased() {
  rows='' event='done' message=''
  n=0
  while [ "$n" -lt "$count" ]; do
    n=$((n + 1))
    one=$(cat "/run/erased.$n")
    case $one in
      *'"erased":true'*) ;;
      *) event=failed message=',"message":"not every disk is erased"' ;;
    esac
    [ -z "$one" ] || rows="$rows${rows:+,}$one"
  done
  say "$rows"
  tell "{\"event\":\"$event\"$message,\"erased\":[$rows]}" 'Content-Type: application/json'
}
