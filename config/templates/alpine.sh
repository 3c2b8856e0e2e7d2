#!/bin/sh
# Installs Alpine Linux from its netboot system; the overlay that alpine/make-apkovl makes runs it.
#
#   host.vars.disk      the disk, such as /dev/sda; it is erased
#   host.vars.repo      URL of the package repository, such as http://dl-cdn.alpinelinux.org/alpine/v3.22/main
#   host.vars.sshKey    public key that may log in as root
#   files.answers       the answers for setup-alpine
#
# It reports to the phone-home URL: ready, progress, done or failed; the installed system says up once.
set -eu
disk="{{ host.vars.disk }}"
tell() {
  for try in 1 2 3 4 5 6 7 8 9 10; do
    wget -q -O /dev/null "{{ phoneHome }}?event=$1" && return
    sleep "$try"
  done
}
install_all() {
  wget -q -O /tmp/answers "{{ files.answers }}"
  tell 'progress&percent=10&message=setup-alpine'
  ERASE_DISKS="$disk" setup-alpine -e -f /tmp/answers
  # The last partition is the root.
  for part in "$disk"*; do :; done
  mount "$part" /mnt
  cat > /mnt/etc/local.d/bootwright-up.start <<'UP'
#!/bin/sh
wget -q -O /dev/null "{{ phoneHome }}?event=up" && rm "$0"
UP
  chmod +x /mnt/etc/local.d/bootwright-up.start
  ln -sf /etc/init.d/local /mnt/etc/runlevels/default/local
  umount /mnt
}
tell ready
# Not as a condition: there, set -e would not count.
set +e
(set -e; install_all)
status=$?
set -e
if [ "$status" = 0 ]; then
  tell 'done'
  reboot
else
  tell 'failed&message=setup-alpine+failed'
fi
