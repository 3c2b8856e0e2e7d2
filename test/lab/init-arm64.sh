#!/bin/busybox sh
# /init of the ARM machine: made of Debian's installer, whose busybox can do less than the one of init.sh.
# It phones home `ready` and `done`, and powers the machine off.

say() { echo "lab: $*"; }

word() {
  for each in $(busybox cat /proc/cmdline); do
    case "$each" in "$1"=*) echo "${each#*=}"; return ;; esac
  done
}

busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mount -t devtmpfs dev /dev
echo
echo 3 > /proc/sys/kernel/printk
say "installer is up on $(busybox uname -m)"
for file in $(busybox cat /modules/order); do busybox insmod "/modules/$file" || say "module $file: refused"; done
interface=$(busybox ls /sys/class/net | busybox grep -v '^lo$' | busybox head -n 1)
busybox ip link set "$interface" up
busybox udhcpc -i "$interface" -n -q -t 60 -T 1 -s /udhcpc.sh > /dev/null || say 'no lease'
url=$(word bootwright)
say "answer file: $(busybox wget -q -O- "$(word lab.file)" | busybox head -n 1)"
for event in ready done; do
  busybox wget -q -O /dev/null "$url?event=$event" && say "told $event"
done
busybox poweroff -f
