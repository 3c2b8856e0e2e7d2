# What a switch says of itself and of the port that a card hangs on (LLDP, IEEE 802.1AB), heard and taken apart by
# tcpdump, where the agent has it. Switches say it every 30 s.

# listen: on each card for one frame; the words of what was heard are /run/switch-CARD.
listen() {
  command -v tcpdump > /dev/null || return 0
  mv /run/etc /etc
  for path in "${AGENT_ROOT:-}"/sys/class/net/*; do
    [ ! -e "$path/device" ] || listen_on "${path##*/}" &
  done
}

listen_on() {
  tcpdump -Z root -n -v -t -Q in -i "$1" -c 1 ether proto 0x88cc > "/run/listens-$1" 2> /dev/null &&
    mv "/run/listens-$1" "/run/switch-$1"
}

# heard: of which cards there is something.
heard() { echo /run/switch-*; }

# hear_out CARD: waits until its switch has spoken, no longer than switches take.
hear_out() {
  command -v tcpdump > /dev/null || return 0
  seconds=0
  until [ -e "/run/switch-$1" ] || [ "$seconds" -ge 32 ]; do
    sleep 1
    seconds=$((seconds + 1))
  done
}
