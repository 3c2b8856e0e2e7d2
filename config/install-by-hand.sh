#!/bin/sh
# Installs a small Linux by hand; an example for the `ssh` callback, which runs it on the machine:
#
#   script:
#     ssh:
#       script: install-by-hand.sh
#       args: ["{{ host.vars.disk }}", "{{ server.url }}/assets/images/small"]
#
# FILES is a URL with linux and initrd.gz, and for the boot loader mbr.bin (syslinux) or
# systemd-bootx64.efi. The installer needs sfdisk, mkfs, cpio, curl or wget, and on BIOS extlinux. The
# installed system finds the URL for its message `up` in /etc/bootwright/phone-home.
set -eu

disk=${1:?usage: install-by-hand.sh DISK FILES [KERNEL-ARGUMENT...]}
files=${2:?usage: install-by-hand.sh DISK FILES [KERNEL-ARGUMENT...]}
shift 2
cmdline="$*"
work=$(mktemp -d)
root=$work/root

say() { echo "install-by-hand: $*"; }

is_uefi() { [ -d /sys/firmware/efi ]; }

fetch() {
  say "fetching $1"
  if command -v curl > /dev/null; then curl -fsS -o "$2" "$files/$1"; else wget -q -O "$2" "$files/$1"; fi
}

# One partition for everything, on UEFI the one that firmware reads.
partition() {
  case "$disk" in *[0-9]) part=${disk}p1 ;; *) part=${disk}1 ;; esac
  say "partitioning $disk"
  if is_uefi; then echo 'type=uefi' | sfdisk --quiet --wipe always --label gpt "$disk"
  else echo 'type=linux, bootable' | sfdisk --quiet --wipe always --label dos "$disk"; fi
  for _ in 1 2 3 4 5 6 7 8 9 10; do [ -b "$part" ] && return; sleep 1; done
  say "no $part"
  return 1
}

format() {
  say "formatting $part"
  mkdir "$root"
  if is_uefi; then mkfs.vfat -F 32 -n BOOT "$part" > /dev/null
  else mkfs.ext2 -q -L BOOT "$part"; fi
  mount "$part" "$root"
}

write_system() {
  fetch linux "$root/linux"
  fetch initrd.gz "$root/initrd.gz"
  mkdir -p "$work/etc/bootwright"
  echo "${BOOTWRIGHT_PHONE_HOME:?}" > "$work/etc/bootwright/phone-home"
  # Compressed, because only then it may follow another initrd at any byte: systemd-boot does not align.
  (cd "$work" && printf '%s\n' etc etc/bootwright etc/bootwright/phone-home | cpio -o -H newc) |
    gzip > "$root/etc.gz"
}

write_loader() {
  say 'writing the boot loader'
  if is_uefi; then
    mkdir -p "$root/EFI/BOOT" "$root/loader/entries"
    fetch systemd-bootx64.efi "$root/EFI/BOOT/BOOTX64.EFI"
    printf '%s\n' 'timeout 0' 'default small.conf' > "$root/loader/loader.conf"
    printf '%s\n' 'title Small' 'linux /linux' 'initrd /initrd.gz' 'initrd /etc.gz' "options $cmdline" \
      > "$root/loader/entries/small.conf"
  else
    fetch mbr.bin "$work/mbr.bin"
    printf '%s\n' 'default small' 'label small' '  linux linux' '  initrd initrd.gz,etc.gz' "  append $cmdline" \
      > "$root/extlinux.conf"
    extlinux --install "$root" 2>&1
    dd if="$work/mbr.bin" of="$disk" conv=notrunc 2> /dev/null
  fi
}

[ -b "$disk" ] || { say "no disk $disk"; exit 1; }
partition
format
write_system
write_loader
umount "$root"
sync
# Not at once: first this script has to end well.
nohup sh -c 'sleep 3; reboot' > /dev/null 2>&1 < /dev/null &
say 'installed; the machine reboots'
