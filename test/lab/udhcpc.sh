#!/bin/busybox sh
# What udhcpc calls with its findings in the environment.
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
busybox ip address flush dev "$interface"
busybox ip address add "$ip/${mask:-24}" dev "$interface"
[ -z "$router" ] || busybox ip route add default via "${router%% *}"
