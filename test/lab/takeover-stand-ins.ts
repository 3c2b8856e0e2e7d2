import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'
import type { SshdMachine } from './sshd-machine.ts'

/** What takeover.sh asks for on the machine; what they were told stands in the machine's `nix-log`. */
const programs: Readonly<Record<string, string>> = {
  'nix-channel': 'echo "nix-channel $*" >> "$log"',
  'nix-env': `echo "nix-env $*" >> "$log"
case $* in
  *'-iA system'*)
    while [ -e "$here/wait" ]; do sleep 0.2; done
    grep -q hardware-configuration /etc/nixos/configuration.nix || exit 1
    mkdir -p /nix/var/nix/profiles/system/bin
    cp "$here/switch-to-configuration" /nix/var/nix/profiles/system/bin ;;
esac`,
  'nixos-generate-config': 'echo "{ } # hardware"',
  'switch-to-configuration': `echo "switch $*, $NIXOS_INSTALL_BOOTLOADER" >> "$log"
[ ! -e "$here/no-loader" ] || { echo new > /boot/grub.cfg; echo "grub-install: no" >&2; exit 1; }
echo new > /boot/grub.cfg`,
  findmnt: 'echo /dev/vda1',
  lsblk: 'printf "%s\\n" "/dev/vda1 part" "└─/dev/vda disk"',
}

/** A Debian, so to say, that lets this key in: its /etc, /nix, /boot and /var/backups are folders of the machine's own. */
export async function bootDebian(machine: SshdMachine, key: string, publicKey: string) {
  const { folder } = machine
  await machine.bootSystem('root=/dev/vda1 quiet', publicKey)
  writeFileSync(join(folder, 'os-release'), 'ID=debian\n')
  for (const name of ['nix', 'boot', 'backups']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'boot/grub.cfg'), 'old\n')
  for (const [name, text] of Object.entries(programs)) {
    const head = `#!/bin/sh\nset -eu\nhere=${folder}/bin\nlog=${folder}/nix-log\n`
    writeFileSync(join(folder, 'bin', name), `${head}${text}\n`, { mode: 0o755 })
  }
  // What lies over files of /etc stays where it is: the copy has them as they are seen.
  const own = `set -e
mkdir -p ~/.ssh && cp ${folder}/authorized_keys ~/.ssh
rm -rf ${folder}/etc && mkdir ${folder}/etc && cp -a /etc/. ${folder}/etc
for each in etc nix boot var/backups; do mount --bind ${folder}/\${each##*/} /$each; done
rm -f /etc/ssh/ssh_host_*; touch /etc/ssh/ssh_host_ed25519_key; rm -f /etc/NIXOS`
  await run(sshTo(machine, key, own))
}

function sshTo({ peer }: SshdMachine, key: string, command: string): string[] {
  const loose = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']
  const inside = ['ip', 'netns', 'exec', peer.namespace]
  return [...inside, 'ssh', '-T', '-i', key, ...loose, 'root@127.0.0.1', command]
}
