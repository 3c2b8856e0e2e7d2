/**
 * Programs that the newcomer's computer has because the real ones cannot run in a folder and a namespace: each
 * says why, and does what its documents are about as far as that allows.
 */

/** Its user is root already. */
const sudo = '#!/bin/sh\nexec "$@"\n'

/** Packages are those of the lab's own computer: `apt` says of others whether they exist. */
const apt = `#!/bin/sh
[ "$1" = install ] || exit 100
shift
for name; do
  dpkg-query -W "$name" > /dev/null 2>&1 || apt-cache show "$name" > /dev/null 2>&1 ||
    command -v "$name" > /dev/null || { echo "E: Unable to locate package $name"; exit 100; }
done
`

/**
 * systemd is no first process of a folder. This one starts what the unit's ExecStart says, as the user of the unit,
 * or else one without a name whose state folder is a link into one which only root may enter, as DynamicUser=
 * makes them; it has CAP_NET_BIND_SERVICE and nothing else. The sandbox of the unit is for its own test.
 */
const systemctl = `#!/bin/sh
set -eu
unit=/etc/systemd/system/bootwright.service
[ -e "$unit" ] || unit=/usr/lib/systemd/system/bootwright.service
pid=/run/bootwright.pid
log=/var/log/bootwright.log
[ "$(id -u)" = 0 ] || { echo 'Interactive authentication required.' >&2; exit 1; }
case "$*" in daemon-reload) exit 0 ;; esac
[ -e "$unit" ] || { echo 'Unit bootwright.service could not be found.' >&2; exit 5; }
value() { sed -n "s/^$1=-\\\\{0,1\\\\}//p" "$unit" | sed 's|%S|/var/lib|'; }
named=$(value User)
user=$(id -u "\${named:-61184}" 2> /dev/null || echo 61184)
begin() {
  for kind in lib cache; do
    folder=/var/$kind/bootwright
    [ -n "$named" ] || make_private "/var/$kind/private"
    mkdir -p "$folder"
    # As systemd does it: where the folder's owner is right, its files are not looked at.
    [ "$(stat -Lc %u "$folder")" = $user ] || chown -R $user:$user "$folder/"
    chmod 750 "$folder/"
  done
  umask 077
  setsid setpriv --reuid=$user --regid=$user --clear-groups --inh-caps=-all,+net_bind_service \\
    --ambient-caps=-all,+net_bind_service --bounding-set=-all,+net_bind_service \\
    env -i PATH="$PATH" NODE_COMPILE_CACHE=/var/cache/bootwright $(value ExecStart) >> "$log" 2>&1 &
  echo $! > "$pid"
  # systemd does not wait for that; whoever types the next command is slow enough.
  until grep -q '"ready"' "$log"; do
    kill -0 "$(cat "$pid")" 2> /dev/null || { tail -n 5 "$log" >&2; return 1; }
    sleep 0.2
  done
}
make_private() {
  mkdir -p "$1"
  # Others cannot enter; the service, whose own mount systemd makes there, knows its name.
  chmod 711 "$1"
  [ ! -d "$folder" ] || [ -L "$folder" ] || mv "$folder" "$1/bootwright"
  mkdir -p "$1/bootwright"
  ln -sfn private/bootwright "$folder"
}
finish() {
  $(value ExecStop) || true
  kill "$(cat "$pid")"
  while kill -0 "$(cat "$pid")" 2> /dev/null; do sleep 0.2; done
  mv "$log" "$log.1"
}
case "$*" in
  'enable --now bootwright' | 'start bootwright') begin ;;
  'stop bootwright') finish ;;
  *) echo "systemctl of the lab does not know: $*" >&2; exit 1 ;;
esac
`

/** There is no nixpkgs to build from: leaves what nix-build leaves, by its names. */
const nixBuild = `#!/bin/sh
mkdir -p /tmp/nix-result
cp /srv/netboot/linux /tmp/nix-result/bzImage
cp /srv/netboot/initrd.gz /tmp/nix-result/initrd
printf '#!ipxe\\nkernel bzImage init=/nix/store/x/init initrd=initrd loglevel=4\\ninitrd initrd\\nboot\\n' \\
  > /tmp/nix-result/netboot.ipxe
ln -sfn /tmp/nix-result result
`

/** Where the root is a bare one, sudo and apt are its own. */
export function standIns(isBare: boolean): Record<string, string> {
  return { ...(!isBare && { sudo, apt }), systemctl, 'nix-build': nixBuild }
}

/** For the machine: a namespace shares its kernel with everybody. Says it would boot, and keeps the command line. */
export const kexec = `#!/bin/sh
for word; do
  case $word in --command-line=*) echo "\${word#--command-line=}" > "\${0%/*}/cmdline" ;; esac
done
`

/** For the lan: a plug that speaks as Tasmota does, whatever address it is asked at. Runs in Node. */
export const plug = `
let power = 'OFF'
require('node:http').createServer((request, response) => {
  const [, , to] = decodeURIComponent(request.url).match(/cmnd=(Power) ?(On|Off)?/) ?? []
  if (to) power = to.toUpperCase()
  response.end(JSON.stringify({ POWER: power }))
}).listen(80)
`
