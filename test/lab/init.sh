#!/bin/busybox sh
# /init of the lab: the installer, and (lab.role=disk) the system it leaves on the disk.
# What it does is said on the serial console. Words it knows on the kernel command line:
#   bootwright=URL   whom to phone home        BOOTIF=01-MAC    the NIC to use
#   lab.image=URL    gzipped disk image        lab.file=URL     answer file whose first line is shown
#   lab.do=install|ready-only|fail|hang|crash|panic  lab.end=reboot|poweroff|stay
#   lab.address=A/P  its address, where there is no DHCP
#   lab.ipv6=1       it makes its address of a router's advertisement
#   lab.up=1         the installed system phones home `up`

/bin/busybox --install -s /bin
export PATH=/bin

say() { echo "lab: $*"; }

word() {
  for each in $(cat /proc/cmdline); do
    case "$each" in "$1"=*) echo "${each#*=}"; return ;; esac
  done
}

prepare() {
  mount -t proc proc /proc
  mount -t sysfs sys /sys
  mount -t devtmpfs dev /dev
  # The loader may have left the cursor within a line, and the kernel's lines would cut ours in two.
  echo
  echo 3 > /proc/sys/kernel/printk
  while read -r file; do insmod "/modules/$file" || say "module $file: refused"; done < /modules/order
}

nic() {
  wanted=$(word BOOTIF | sed 's/^01-//; s/-/:/g' | tr A-F a-f)
  for path in /sys/class/net/*; do
    [ "${path##*/}" = lo ] && continue
    [ -z "$wanted" ] || [ "$(cat "$path/address")" = "$wanted" ] || continue
    echo "${path##*/}"
    return
  done
}

connect() {
  interface=$(nic)
  [ -n "$interface" ] || { say "no network card for $(word BOOTIF)"; return 1; }
  ip link set "$interface" up
  own=$(word lab.address)
  [ -z "$own" ] || { ip address add "$own" dev "$interface"; return; }
  if [ -n "$(word lab.ipv6)" ]; then autoconfigure "$interface"; return; fi
  udhcpc -i "$interface" -n -q -t 60 -T 1 -s /udhcpc.sh > /dev/null || { say 'no lease'; return 1; }
  say "$interface has $(ip -4 -o address show "$interface" | awk '{print $4}')"
}

autoconfigure() {
  for second in $(seq 30); do
    found=$(ip -6 -o address show "$1" | grep 'scope global' | grep -v tentative)
    [ -z "$found" ] || { say "$1 has $(echo "$found" | awk '{print $4}')"; return; }
    sleep 1
  done
  say 'no router advertisement'
  return 1
}

# tell EVENT [name=value&...]: phones home until it is heard.
tell() {
  [ -n "$url" ] || { say "nobody to tell $1"; return; }
  for pause in 1 1 2 2 4 4 8 8 16 16; do
    if timeout 60 wget -q -O /dev/null --post-data "event=$1${2:+&$2}" "$url"; then
      say "told $1 ${2:-}"
      return
    fi
    say "$1 was not heard, again in $pause s"
    sleep "$pause"
  done
  return 1
}

disk() { for path in /dev/vda /dev/sda; do [ -b "$path" ] && echo "$path" && return; done; }

# Where it fails, `why` says so.
write_disk() {
  why='the disk cannot be written'
  target=$(disk)
  [ -n "$target" ] || { why='no disk: neither /dev/vda nor /dev/sda'; return 1; }
  tell progress 'percent=10&message=fetching the disk image'
  wget -q -O /tmp/image.gz "$(word lab.image)" || { why='cannot fetch the disk image'; return 1; }
  say "writing $(wc -c < /tmp/image.gz) bytes of image to $target"
  gunzip -c /tmp/image.gz | write_chunks "$target" || return 1
  [ -z "$(word lab.up)" ] || echo "$url" | dd of="$target" bs=512 seek=1 conv=notrunc 2> /dev/null
  sync
  say 'disk written'
}

# The image has 24 MiB, so the sixth chunk is the last.
write_chunks() {
  part=0
  while dd of="$1" bs=4M count=1 seek="$part" iflag=fullblock conv=notrunc 2> /tmp/dd; do
    grep -q '^0+0 records in' /tmp/dd && return
    part=$((part + 1))
    tell progress "percent=$((10 + 15 * part))&message=writing $1"
  done
  return 1
}

end() {
  case "$(word lab.end)" in
    stay) say 'stays up' ;;
    poweroff) say 'powers off'; sleep 1; poweroff -f ;;
    *) say 'reboots'; sleep 1; reboot -f ;;
  esac
  rest
}

rest() { while :; do sleep 1000; done; }

install() {
  say 'installer is up'
  say "command line: $(tr -d '\n' < /proc/cmdline | wc -c) bytes"
  url=$(word bootwright)
  [ "$(word lab.do)" = crash ] && { say 'crashes'; reboot -f; }
  # Nothing is left to run: the kernel gives up.
  [ "$(word lab.do)" = panic ] && { say 'panics'; exit 1; }
  connect || end
  file=$(word lab.file)
  [ -z "$file" ] || say "answer file: $(wget -q -O- "$file" | head -n 1)"
  tell ready
  case "$(word lab.do)" in
    ready-only) ;;
    hang) say 'hangs'; rest ;;
    fail) tell failed 'message=asked to fail' ;;
    *) if write_disk; then tell 'done'; else tell failed "message=$why"; fi ;;
  esac
  end
}

installed() {
  say 'BOOTED FROM DISK'
  connect
  # The installer leaves its URL in the second sector when the system has to report.
  url=$(dd if="$(disk)" bs=512 skip=1 count=1 2> /dev/null | grep -a -o '^http[^ ]*')
  # An image has it in its seed, which is the last partition.
  for seed in "$(disk)"[2-9]; do
    [ -n "$url" ] || [ ! -b "$seed" ] || url=$(grep -a -o 'phoneHome=http[^ ]*' "$seed" | head -n 1 | cut -d = -f 2)
  done
  [ -z "$url" ] || tell up
  end
}

# Another initrd may do some of this its own way.
[ ! -f /more.sh ] || . /more.sh

prepare
case "$(word lab.role)" in disk) installed ;; running) . /running.sh ;; *) install ;; esac
