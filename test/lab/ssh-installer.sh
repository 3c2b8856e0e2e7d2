# shellcheck shell=sh
# Read by init.sh: the installer does nothing by itself but lets people in over SSH, as the media of NixOS
# do; so does the system on the disk. More words on the kernel command line:
#   live.nixos.passwordHash=HASH   root's password, as netboot.nix of nixpkgs takes it

# Files that another initrd brings, as restore-remote-access.nix of nixos-images takes them: it fails as
# a whole without host keys or without one *.json.
restore_access() {
  mkdir -p /root/.ssh /root/network
  if cat /ssh/authorized_keys >> /root/.ssh/authorized_keys && cp /ssh/ssh_host_* /etc/ssh/ &&
    cp /*.json /root/network/; then
    say 'remote access restored'
  else
    rm -rf /root/.ssh /etc/ssh/ssh_host_*
    say 'remote access NOT restored'
  fi
}

export PATH=/usr/bin:/bin

let_in() {
  # A tunnel through SSH comes back to our own address.
  ip link set lo up
  hash=$(word live.nixos.passwordHash)
  [ -z "$hash" ] || sed -i "s|^root:[^:]*:|root:$hash:|" /etc/shadow
  [ ! -d /ssh ] || restore_access
  [ ! -d /root/.ssh ] || chmod -R go= /root/.ssh
  [ -e /etc/ssh/ssh_host_ed25519_key ] ||
    ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
  chmod 600 /etc/ssh/ssh_host_*_key
  /usr/sbin/sshd && say 'SSH server is up'
}

# `reboot` of busybox sends SIGTERM to us.
rest() {
  trap 'reboot -f' TERM
  while :; do
    sleep 1000 &
    wait
  done
}

install() {
  say 'installer is up'
  connect || end
  let_in
  rest
}

installed() {
  say 'BOOTED FROM DISK'
  echo 'ID=small' > /etc/os-release
  connect
  let_in
  url=$(cat /etc/bootwright/phone-home)
  [ -z "$url" ] || tell up
  end
}
