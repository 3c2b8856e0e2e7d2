#!/bin/bash
# Installs Arch Linux from its netboot ISO, which runs it by script= of its command line.
#
#   host.vars.disk      the disk, such as /dev/sda; it is erased
#   host.vars.sshKey    public key that may log in as root
#
# It reports to the phone-home URL: ready, progress, done or failed; the installed system says up once.
set -euo pipefail
{%- if proxy.http != "" %}
export http_proxy="{{ proxy.http }}" https_proxy="{{ proxy.https }}" no_proxy="{{ proxy.except }}"
{%- endif %}
disk="{{ host.vars.disk }}"
tell() { curl -fsS --retry 10 --retry-connrefused --max-time 30 -o /dev/null "{{ phoneHome }}?event=$1"; }
trap 'tell "failed&message=line+$LINENO"' ERR
tell ready

# A partition for GRUB of BIOS, one for EFI and the root: the disk boots on both.
tell 'progress&percent=10&message=partitioning'
sfdisk --wipe always --wipe-partitions always "$disk" <<'TABLE'
label: gpt
size=1MiB, type=21686148-6449-6E6F-744E-656564454649
size=512MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B
type=0FC63DAF-8483-4772-8E79-3D69D8477DE4
TABLE
udevadm settle
mapfile -t parts < <(lsblk -nrpo NAME "$disk")
mkfs.fat -F 32 "${parts[2]}"
mkfs.ext4 -F -q "${parts[3]}"
mount "${parts[3]}" /mnt
mount --mkdir "${parts[2]}" /mnt/efi

tell 'progress&percent=20&message=installing+packages'
pacstrap -K /mnt base linux linux-firmware grub openssh curl
genfstab -U /mnt >> /mnt/etc/fstab
echo "{{ host.name }}" > /mnt/etc/hostname
install -d -m 700 /mnt/root/.ssh
echo "{{ host.vars.sshKey }}" > /mnt/root/.ssh/authorized_keys
cat > /mnt/etc/systemd/network/lan.network <<'NETWORK'
[Match]
Type=ether
[Network]
DHCP=yes
NETWORK
cat > /mnt/etc/systemd/system/bootwright-up.service <<'UNIT'
[Unit]
Description=Tell Bootwright that the system is up
Wants=network-online.target
After=network-online.target
[Service]
Type=oneshot
ExecStart=/usr/bin/curl -fsS --retry 20 --retry-connrefused "{{ phoneHome }}?event=up"
ExecStartPost=/usr/bin/systemctl disable bootwright-up.service
[Install]
WantedBy=multi-user.target
UNIT
ln -sf /run/systemd/resolve/stub-resolv.conf /mnt/etc/resolv.conf
arch-chroot /mnt systemctl enable sshd systemd-networkd systemd-resolved bootwright-up.service

tell 'progress&percent=90&message=boot+loader'
arch-chroot /mnt grub-install --target=i386-pc "$disk"
if [[ -d /sys/firmware/efi ]]; then
  arch-chroot /mnt grub-install --target=x86_64-efi --efi-directory=/efi --removable
fi
arch-chroot /mnt grub-mkconfig -o /boot/grub/grub.cfg
tell 'done'
reboot
