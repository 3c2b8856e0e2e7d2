#!/bin/sh
# Stands for the script that disko makes: empties the disk of the machine and mounts it on /mnt.
set -eu

disk=/dev/vda
umount /mnt/boot 2> /dev/null || true
umount /mnt 2> /dev/null || true
if [ -d /sys/firmware/efi ]; then
  printf 'label: gpt\nsize=64MiB, type=uefi\ntype=linux\n' | sfdisk --quiet --wipe always "$disk"
  mkfs.vfat -F 32 "${disk}1"
  mkfs.ext2 -q "${disk}2"
  mount "${disk}2" /mnt
  mkdir /mnt/boot
  mount "${disk}1" /mnt/boot
else
  printf 'label: dos\ntype=linux, bootable\n' | sfdisk --quiet --wipe always "$disk"
  mkfs.ext2 -q "${disk}1"
  mount "${disk}1" /mnt
fi
