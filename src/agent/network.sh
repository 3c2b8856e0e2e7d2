# Drivers, and an address on the card that the machine booted from.

# load_drivers: of everything that the buses show. What a driver finds is on a bus too, so it looks again.
load_drivers() {
  for _ in 1 2 3; do
    find /sys/devices -name modalias -exec cat {} + 2> /dev/null | sort -u > /run/aliases
    cmp -s /run/aliases /run/loaded && break
    mv /run/aliases /run/loaded
    xargs modprobe -a -q < /run/loaded 2> /dev/null
    sleep 1
  done
  modprobe -q sd_mod
  [ -d /sys/firmware/efi ] || return 0
  modprobe -q efivarfs
  mount -t efivarfs -o ro efivarfs /sys/firmware/efi/efivars 2> /dev/null
}

# boot_card: the name of the card that BOOTIF names; of the first one with a link where it names none.
boot_card() {
  wanted=$(word BOOTIF | sed 's/^01-//; s/-/:/g' | tr A-F a-f)
  for path in "${AGENT_ROOT:-}"/sys/class/net/*; do
    [ -e "$path/device" ] || continue
    [ "$(cat "$path/address")" = "$wanted" ] && echo "${path##*/}" && return
    [ -z "$wanted" ] && [ "$(cat "$path/carrier" 2> /dev/null)" = 1 ] && echo "${path##*/}" && return
  done
  return 1
}

# connect: every card up, so that its link can be seen; an address on one, renewed from then on.
connect() {
  for path in /sys/class/net/*; do
    [ -e "$path/device" ] && ip link set "${path##*/}" up
  done
  card=$(boot_card) || { say "no card here is $(word BOOTIF | plain)" && return 1; }
  udhcpc -i "$card" -n -t 20 -T 2 -s /agent/lease > /dev/null 2>&1 || {
    say "no DHCP server answers on $card"
    return 1
  }
}
