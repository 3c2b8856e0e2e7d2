# A disk goes to the daemon in pieces, each a frame of zstd, in order. What is lost on the way is sent again.

# http METHOD PATH [FILE]: one request; in $status what came of it, and in /run/said the words. busybox wget posts no
# bytes that are zero, and says nothing of an answer that is none.
http() {
  place=${server#http://}
  port=${place##*:}
  [ "$port" != "$place" ] || port=80
  bytes_sent=0
  [ -z "${3:-}" ] || bytes_sent=$(wc -c < "$3")
  {
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: %d\r\n\r\n' "$1" "$2" "$place" "$bytes_sent"
    [ -z "${3:-}" ] || cat "$3"
  } 2> /dev/null | timeout 120 nc "${place%:*}" "$port" > /run/heard 2> /run/problem
  tr -d '\r' < /run/heard > /run/answer
  status=$(sed -n '1s/^HTTP\/1\.[01] \([0-9]*\).*/\1/p' /run/answer)
  sed '1,/^$/d' /run/answer > /run/said
}

# asks METHOD PATH [FILE]: in $have how much is with the daemon. 1: not now; who is refused for good has failed.
asks() {
  http "$@"
  case $status in
    200) have=$(sed -n 's/^have //p' /run/said) ;;
    '' | 409 | 429 | 5*) return 1 ;;
    # It knows already, and why.
    410 | 422) say "The daemon does not take the disk: $(plain < /run/said)" && exit 1 ;;
    *) fail "the daemon does not take the disk: $status $(plain < /run/said)" ;;
  esac
}

# later: what hinders it, and a while.
later() {
  say "$server does not take it, again in 5 s: $(cat /run/said /run/problem | plain)"
  sleep "${AGENT_PAUSE:-5}"
}

# send_piece AT BYTES: what is in /run/piece is with the daemon; 1 where it has nothing of this disk any more.
send_piece() {
  until asks POST "/captures/$token?at=$1&bytes=$2" /run/piece; do
    later
    until asks GET "/captures/$token"; do later; done
    [ "$have" != $(($1 + $2)) ] || return 0
    [ "$have" = "$1" ] || return 1
  done
}

# send_disk: from its first to its last byte, of which the sum is made; 1 where that is to be begun anew.
send_disk() {
  rm -f /run/sum
  [ -p /run/sum.pipe ] || mkfifo /run/sum.pipe
  sha256sum < /run/sum.pipe > /run/sum &
  summing=$!
  # Open for all pieces.
  exec 3> /run/sum.pipe
  at=0 told=0 lost=
  while [ "$at" -lt "$size" ] && [ -z "$lost" ]; do
    bytes=$((size - at))
    [ "$bytes" -le "$piece" ] || bytes=$piece
    rm -f /run/unread
    read_piece "$at" "$bytes" | tee /run/sum.pipe | zstd -q -c > /run/piece
    [ ! -s /run/unread ] || fail "$disk cannot be read: $(tail -n 1 /run/unread | plain)"
    send_piece "$at" "$bytes" || lost=yes
    at=$((at + bytes))
    progress $((at / mib)) $((size / mib)) "of+$disk"
  done
  exec 3>&-
  wait "$summing"
  [ -z "$lost" ]
}

# read_piece AT BYTES: this part of the disk, without what is free there.
read_piece() {
  runs "$1" "$2" | while read -r kind from count; do
    if [ "$kind" = zero ]; then
      dd if=/dev/zero bs=$grain count="$count" 2> /dev/null
    else
      dd if="$target" bs=$grain skip="$from" count="$count" 2> "$problem" || cat "$problem" > /run/unread
    fi
  done
}

# finish: all of it is with the daemon, which looks whether it is what was read.
finish() {
  summed=$(cut -d ' ' -f 1 < /run/sum)
  until asks POST "/captures/$token/whole?bytes=$size&sha256=$summed"; do later; done
}
