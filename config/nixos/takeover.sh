#!/bin/sh
# Turns the Debian that runs on a machine into NixOS, in its place and without a medium: over SSH, by the steps of
# NixOS's manual for other distributions (NIXOS_LUSTRATE). A callback for the moment an install is asked for;
# docs/nixos.md has the config:
#
#   takeover.sh USER@ADDRESS KEY SERVER CONFIGURATION.nix [CHANNEL]
#
# It looks whether it is the machine, takes its script there as kexec would, and says from there how far it is.
# Before all is built nothing is changed that boots. The old system stays in /old-root, its /boot in
# /old-root/var/backups/boot. On the machine this script is read from stdin, with the name of a step.
set -eu

step() { echo "### $* ###"; }
fail() { echo "takeover: $*" >&2; exit 1; }

# --- here ---

here() {
  usage='usage: takeover.sh USER@ADDRESS KEY SERVER CONFIGURATION.nix [CHANNEL]'
  target=${1:?$usage} key=${2:?$usage} server=${3:?$usage} configuration=${4:?$usage}
  channel=${5:-https://nixos.org/channels/nixos-25.11}
  : "${BOOTWRIGHT_MAC:?Bootwright sets it}" "${BOOTWRIGHT_HOST:?Bootwright sets it}"
  [ -r "$configuration" ] || fail "there is no configuration $configuration"
  known=$key.known_hosts
  work=$(mktemp -d)
  trap 'leave' EXIT
  trap 'exit 1' HUP INT TERM
  case $target in root@*) sudo='' ;; *) sudo='sudo -n -H' ;; esac

  url=$(on enter "$server")
  progress Bringing Nix
  on bring_nix "$channel"
  progress Generating the hardware configuration
  on describe
  pinned "$sudo tee /etc/nixos/configuration.nix" < "$configuration" > /dev/null
  progress Building the system
  on build
  progress Handing over
  on hand_over
  at='Waiting for NixOS'
  step "$at"
  await_nixos
  anew "curl -fsS -d event=done '$url'"
  url=
  step 'Done!'
}

leave() {
  [ -z "${url-}" ] || on tell "event=failed&message=it ended at: $at" || true
  pinned -O exit 2> /dev/null || true
  rm -rf "$work"
}

# Who is not listened to any more, because the install was taken back, goes no further.
progress() {
  at=$*
  step "$at"
  on tell "event=progress&message=$at" || fail 'this install is over'
}

login() {
  ssh -T -i "$key" -o IdentitiesOnly=yes -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=15 "$@"
}

# The host key that it shows first, kept beside KEY, is the one that it has to show. One login lasts for all steps.
pinned() {
  login -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="$known" \
    -o ControlMaster=auto -o ControlPath="$work/ssh" -o ControlPersist=60 "$target" "$@"
}

on() {
  name=$1
  shift
  pinned "$sudo sh -s -- there $BOOTWRIGHT_MAC $BOOTWRIGHT_HOST '${url-}' $name '${1-}'" < "$0"
}

# Root has the keys then, whoever had them before.
anew() {
  login -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "root@${target#*@}" "$@" < /dev/null
}

await_nixos() {
  while pinned -O check 2> /dev/null; do sleep 1; done
  until system=$(anew cat /etc/os-release 2> /dev/null); do sleep 2; done
  echo "$system" | grep -q '^ID="\?nixos"\?$' || fail 'the old system came back: none of it was moved'
}

# --- there, as root ---

there() {
  mac=$2 host=$3 url=$4
  PATH=$HOME/.nix-profile/bin:$PATH:/usr/sbin:/sbin
  # Root needs no builders' group, and the channel is where the manual has it.
  export PATH NIX_CONFIG='build-users-group =' NIX_PATH="nixpkgs=$HOME/.nix-defexpr/channels/nixpkgs"
  [ "$(id -u)" = 0 ] || fail 'root is needed'
  cat /sys/class/net/*/address | grep -qix "$mac" || fail "this is another machine: no card of it is $mac"
  "$5" "$6" < /dev/null
}

get() { if command -v curl > /dev/null; then curl -sS "$1"; else wget -q -O - "$1"; fi; }
tell() { if command -v curl > /dev/null; then curl -fsS -d "$1" "$url"; else wget -q -O - --post-data "$1" "$url"; fi; }

# The kexec script of a host that is due holds the URL of the attempt, which is opened by asking for it.
enter() {
  [ ! -e /etc/NIXOS ] || fail 'this is a NixOS already, or on its way to be one'
  free=$(df -Pk / | awk 'NR == 2 { print $4 }')
  [ "$free" -gt 4000000 ] || fail "/ has $free kB free, and 4 GB are needed"
  script=$(get "$1/boot/$(echo "$mac" | tr : -)/kexec") || fail "$1 does not answer"
  url=$(echo "$script" | sed -n "s/^cmdline='.*bootwright=\([^ ']*\).*/\1/p")
  [ -n "$url" ] || fail "it has no script: $(echo "$script" | sed -n "s/^printf .*'bootwright: \(.*\)' >&2/\1/p")"
  mkdir -p /etc/bootwright
  (umask 077 && echo "$url" > /etc/bootwright/phone-home)
  tell event=ready
  echo "$url"
}

bring_nix() {
  command -v nix-env > /dev/null || { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install nix-bin; }
  nix-channel --add "$1" nixpkgs
  nix-channel --update
  nix-env -f '<nixpkgs>' -iA nixos-install-tools
}

# What only this machine knows, in two files that its configuration.nix imports.
describe() {
  mkdir -p /etc/nixos
  nixos-generate-config --show-hardware-config > /etc/nixos/hardware-configuration.nix
  {
    echo '{'
    echo "  networking.hostName = \"$host\";"
    boot_loader
    echo '  users.users.root.openssh.authorizedKeys.keys = ['
    # Lines with options before the key are left out.
    sed -n 's/^\(\(ssh\|ecdsa\|sk\)-[^"\\$]*\)$/    "\1"/p' "$HOME/.ssh/authorized_keys"
    echo '  ];'
    echo '}'
  } > /etc/nixos/here.nix
}

boot_loader() {
  if [ -d /sys/firmware/efi ]; then
    echo '  boot.loader.grub = { device = "nodev"; efiSupport = true; };'
    echo '  boot.loader.efi = { canTouchEfiVariables = true; efiSysMountPoint = "/boot/efi"; };'
    return
  fi
  disk=$(lsblk -nspo NAME,TYPE "$(findmnt -nvo SOURCE /)" | awk '$NF == "disk" { sub("^[^/]*", ""); print $1; exit }')
  [ -n "$disk" ] || fail 'no disk is found below /, to put the boot loader on'
  echo "  boot.loader.grub.device = \"$disk\";"
}

system=/nix/var/nix/profiles/system

build() {
  nix-env -p "$system" -f '<nixpkgs/nixos>' -I nixos-config=/etc/nixos/configuration.nix -iA system
  [ -x "$system/bin/switch-to-configuration" ] || fail 'what was built is no system'
}

# Stage 1 of NixOS moves everything but /nix, /boot and what is listed here to /old-root.
hand_over() {
  rm -rf /var/backups/boot
  cp -a /boot /var/backups/boot
  chown -R 0:0 /nix
  touch /etc/NIXOS
  for kept in /etc/nixos /etc/bootwright /root/.nix-defexpr /etc/ssh/ssh_host_*; do
    [ ! -e "$kept" ] || echo "${kept#/}"
  done > /etc/NIXOS_LUSTRATE
  if ! NIXOS_INSTALL_BOOTLOADER=1 "$system/bin/switch-to-configuration" boot; then
    rm -f /etc/NIXOS /etc/NIXOS_LUSTRATE
    cp -a /var/backups/boot/. /boot
    fail 'its boot loader could not be installed: the files of /boot are as they were, and the old system goes on'
  fi
  sync
  nohup sh -c 'sleep 3; reboot' > /dev/null 2>&1 < /dev/null &
}

case ${1-} in
  there) there "$@" ;;
  *) here "$@" ;;
esac
