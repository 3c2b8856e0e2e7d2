import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Peer } from './network.ts'
import { waitUntil } from './wait.ts'

/** A DHCPv6 client of Debian on `eth0`. */
export interface Client6 {
  readonly name: string
  readonly program: string
  readonly package: string
  command(folder: string): readonly string[]
  readonly steps: { readonly lease: string; readonly renew: string }
  /** What makes it give its lease back. */
  readonly release?: NodeJS.Signals
}

export const dhclient6: Client6 = {
  name: 'dhclient',
  program: '/usr/sbin/dhclient',
  package: 'isc-dhcp-client',
  command: folder => [
    ...['dhclient', '-6', '-d', '-cf', '/dev/null', '-sf', join(folder, 'script')],
    ...['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), 'eth0'],
  ],
  steps: { lease: 'BOUND6', renew: 'RENEW6' },
}

export const dhcpcd6: Client6 = {
  name: 'dhcpcd',
  program: '/usr/sbin/dhcpcd',
  package: 'dhcpcd-base',
  // It keeps its pid and its leases at fixed places, which are its own here.
  command: folder => {
    const own = ['/run/dhcpcd', '/var/lib/dhcpcd'].map(
      at => `mkdir -p ${at}; mount -t tmpfs t ${at}`,
    )
    const dhcpcd = `exec dhcpcd -6 -B --ia_na -f /dev/null -c ${folder}/script eth0`
    return ['unshare', '--mount', 'sh', '-c', [...own, dhcpcd].join('; ')]
  },
  steps: { lease: 'BOUND6', renew: 'RENEW6' },
  release: 'SIGALRM',
}

/** Its settings lie below /run, which is its own here; where /sys cannot be written it waits for no udev. */
export const networkd6: Client6 = {
  name: 'systemd-networkd',
  program: '/lib/systemd/systemd-networkd',
  package: 'systemd',
  command: folder => {
    const settings =
      '[Match]\\nName=eth0\\n[Network]\\nDHCP=ipv6\\nIPv6AcceptRA=no\\n[DHCPv6]\\nWithoutRA=solicit\\n'
    const lines = [
      'mount -t tmpfs t /run',
      'mount -o remount,bind,ro /sys',
      'mkdir -p /run/systemd/network /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/netif/lldp',
      `printf '${settings}' > /run/systemd/network/eth0.network`,
      'chown -R systemd-network /run/systemd',
      `sh ${folder}/watch &`,
      'exec /lib/systemd/systemd-networkd',
    ]
    writeFileSync(join(folder, 'watch'), watch(folder))
    return ['unshare', '--mount', 'sh', '-c', lines.join('\n')]
  },
  steps: { lease: 'BOUND6', renew: 'RENEW6' },
}

/** Notes each step of a client that runs no script: its address is there, and then lives longer again. */
const watch = (folder: string) => `
left=0
while sleep 0.2; do
  set -- $(ip -6 -o address show dev eth0 scope global dynamic |
    sed -n 's|.*inet6 \\([^/]*\\)/.*valid_lft \\([0-9]*\\)sec.*|\\1 \\2|p')
  [ $# = 2 ] || continue
  if [ $left = 0 ]; then echo "BOUND6 $1" >> ${folder}/steps
  elif [ $2 -gt $((left + 2)) ]; then echo "RENEW6 $1" >> ${folder}/steps; fi
  left=$2
done
`

/** Notes each step with the address; dhclient leaves it to the script to put that on the card. */
const script = (folder: string) => `#!/bin/sh
case "$reason" in BOUND6|RENEW6|REBIND6)
  ip address replace "\${new_ip6_address:-$new_dhcp6_ia_na1_ia_addr1}/128" dev eth0 nodad 2>/dev/null
  echo "$reason \${new_ip6_address:-$new_dhcp6_ia_na1_ia_addr1}" >> ${folder}/steps
esac
exit 0
`

/** Starts it; `leases` is what its file of leases has, for dhclient. */
export function startClient(t: Test, peer: Pick<Peer, 'start'>, client: Client6, leases = '') {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-client6-'))
  writeFileSync(join(folder, 'script'), script(folder))
  chmodSync(join(folder, 'script'), 0o755)
  writeFileSync(join(folder, 'leases'), leases)
  const child = peer.start(client.command(folder))
  t.teardown(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => said.push(text.toString()))
  const taken = () => {
    const file = join(folder, 'steps')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }
  return {
    step: (count: number) =>
      waitUntil(
        () => `step ${count} of ${client.name}, only ${taken()}: ${said.join('')}`,
        60,
        () => taken()[count - 1]?.split(' '),
      ),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  }
}
