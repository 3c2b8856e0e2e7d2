#!/bin/sh
# Stands for nixos-install in the installer of the lab: makes what lies in /mnt bootable. The system is a
# folder with kernel, initrd and cmdline; /mnt/etc goes into a second initrd, for it is all its disk has.
set -eu

if [ "$*" != "--no-root-passwd --no-channel-copy --system ${4:-}" ]; then
  echo "nixos-install: not called as nixos-anywhere does: $*" >&2
  exit 1
fi
system=/mnt$4
boot=/mnt/boot
mkdir -p "$boot" /mnt/etc
echo 'setting up the boot loader...'
cp "$system/kernel" "$boot/linux"
cp "$system/initrd" "$boot/initrd.gz"
(cd /mnt && find etc | cpio -o -H newc) | gzip > "$boot/etc.gz"

if [ -d /sys/firmware/efi ]; then
  mkdir -p "$boot/EFI/BOOT" "$boot/loader/entries"
  cp /usr/share/boot/systemd-bootx64.efi "$boot/EFI/BOOT/BOOTX64.EFI"
  printf 'timeout 0\ndefault nixos.conf\n' > "$boot/loader/loader.conf"
  cat > "$boot/loader/entries/nixos.conf" << END
title NixOS, so to say
linux /linux
initrd /initrd.gz
initrd /etc.gz
options $(cat "$system/cmdline")
END
else
  cat > "$boot/extlinux.conf" << END
default nixos
label nixos
  linux linux
  initrd initrd.gz,etc.gz
  append $(cat "$system/cmdline")
END
  extlinux --install "$boot" 2>&1
  dd if=/usr/share/boot/mbr.bin of="$(sed -n 's/^\([^ ]*\)1 \/mnt .*/\1/p' /proc/mounts)" conv=notrunc
fi
sync
echo 'installation finished!'
