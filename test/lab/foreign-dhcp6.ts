import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ForeignServer } from '../../src/boot/foreign/server.ts'
import { run } from './command.ts'
import { startOther } from './foreign-dhcp.ts'
import { addLinkLocal } from './ipv6-link.ts'
import type { Network } from './network.ts'

/** A DHCPv6 server of somebody else; it gives addresses of 2001:db8:77::/64. */
interface ForeignDhcp6 {
  /** A whole config with what `explain --dhcp --ipv6` prints for it. */
  config(lines: string, served?: { readonly device: string; readonly folder: string }): string
  /** How it looks at a config without serving it. */
  check(file: string): readonly string[]
  serve(file: string, folder: string): readonly string[]
  /** What it says when it serves. */
  readonly up: string
}

const [first, last] = ['2001:db8:77::100', '2001:db8:77::1ff']

export const foreignDhcp6: Readonly<Record<ForeignServer, ForeignDhcp6>> = {
  dnsmasq: {
    config: lines => `dhcp-range=${first},${last},1h\n${lines}`,
    check: file => ['dnsmasq', '--test', `--conf-file=${file}`],
    serve: (file, folder) => [
      ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', `--conf-file=${file}`],
      ...['--port=0', '--interface=eth0', '--leasefile-ro', '--user=root', `-x${folder}/pid`],
    ],
    up: 'DHCPv6, IP range',
  },
  kea: {
    config: (lines, served) =>
      JSON.stringify({
        Dhcp6: {
          ...JSON.parse(lines),
          // It wants to see the interfaces that it listens at also when it only looks.
          'interfaces-config': { interfaces: served ? [served.device] : [] },
          ...(served && { 'data-directory': served.folder }),
          'lease-database': { type: 'memfile', persist: false },
          subnet6: [
            {
              subnet: '2001:db8:77::/64',
              ...(served && { interface: served.device }),
              pools: [{ pool: `${first} - ${last}` }],
            },
          ],
          loggers: [
            { name: 'kea-dhcp6', severity: 'INFO', output_options: [{ output: 'stdout' }] },
          ],
        },
      }),
    check: file => ['kea-dhcp6', '-t', file],
    serve: (file, folder) => [
      ...['env', `KEA_PIDFILE_DIR=${folder}`, `KEA_LOCKFILE_DIR=${folder}`],
      ...['kea-dhcp6', '-c', file],
    ],
    up: 'DHCP6_STARTED',
  },
  isc: {
    config: lines => `${lines}\nsubnet6 2001:db8:77::/64 { range6 ${first} ${last}; }\n`,
    // By its whole path: a package of npm has the same name.
    check: file => ['/usr/sbin/dhcpd', '-6', '-t', '-cf', file],
    serve: (file, folder) => [
      ...['/usr/sbin/dhcpd', '-6', '-f', '-d', '-cf', file],
      ...['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), 'eth0'],
    ],
    up: 'Server starting service',
  },
}

/** Starts it on a computer of its own with these lines. */
export async function startForeignDhcp6(
  network: Network,
  name: ForeignServer,
  folder: string,
  lines: string,
): Promise<void> {
  const { config, serve, up } = foreignDhcp6[name]
  const file = join(folder, `${name}6.conf`)
  writeFileSync(file, config(lines, { device: 'eth0', folder }))
  writeFileSync(join(folder, 'leases'), '')
  const peer = await network.addPeer('10.77.0.2')
  await addLinkLocal(peer, '52:54:00:99:99:01')
  const address = ['ip', 'address', 'add', '2001:db8:77::2/64', 'dev', 'eth0', 'nodad']
  await run(['ip', 'netns', 'exec', peer.namespace, ...address])
  await startOther(peer, serve(file, folder), up)
}
