import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from './lines.ts'
import type { Network, Peer } from './network.ts'
import { waitUntil } from './wait.ts'

/** Somebody else's DHCP server, which gives addresses and knows nothing of booting. */
export interface ForeignDhcp {
  /** The ACKs it logged. */
  readonly acks: readonly string[]
}

/** Starts dnsmasq on a computer of its own at `address`; it gives .100 to .150. `config` is a file with more lines. */
export async function startForeignDhcp(
  network: Network,
  address: string,
  config = '/dev/null',
): Promise<ForeignDhcp> {
  const peer = await network.addPeer(address)
  const prefix = address.slice(0, address.lastIndexOf('.'))
  const child = peer.start([
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', `--conf-file=${config}`, '--port=0'],
    ...['--interface=eth0', '--bind-interfaces', '--dhcp-authoritative', '--leasefile-ro'],
    `--dhcp-range=${prefix}.100,${prefix}.150,1h`,
    `--dhcp-option=option:router,${network.address}`,
  ])
  const log: string[] = []
  const acks: string[] = []
  const take = (line: string) => {
    log.push(line)
    if (line.includes('DHCPACK')) acks.push(line)
  }
  readLines(child.stdout, take)
  readLines(child.stderr, take)
  await waitUntil(
    () => `dnsmasq: ${log.join('\n')}`,
    10,
    () => log.some(isUp) || undefined,
  )
  return { acks }
}

function isUp(line: string): boolean {
  return line.includes('DHCP, IP range')
}

/** A whole config of Kea with these classes of clients; it gives .100 to .150. */
export function keaConfig(address: string, classes: object): object {
  const prefix = address.slice(0, address.lastIndexOf('.'))
  const settings = {
    'interfaces-config': { interfaces: ['eth0'] },
    'lease-database': { type: 'memfile', persist: false },
    'valid-lifetime': 3600,
    subnet4: [{ subnet: `${prefix}.0/24`, pools: [{ pool: `${prefix}.100 - ${prefix}.150` }] }],
    loggers: [{ name: 'kea-dhcp4', severity: 'INFO', output_options: [{ output: 'stdout' }] }],
    ...classes,
  }
  return { Dhcp4: settings }
}

/** A whole config of ISC's server with these lines; it gives .100 to .150. */
export function iscConfig(address: string, lines: string): string {
  const prefix = address.slice(0, address.lastIndexOf('.'))
  const range = `range ${prefix}.100 ${prefix}.150;`
  return `authoritative;\n${lines}\nsubnet ${prefix}.0 netmask 255.255.255.0 { ${range} }\n`
}

/** Starts Kea on a computer of its own at `address` with these classes of clients. */
export async function startKea(
  network: Network,
  address: string,
  folder: string,
  classes: object,
): Promise<void> {
  const config = join(folder, 'kea.json')
  writeFileSync(config, JSON.stringify(keaConfig(address, classes)))
  const kea = ['env', `KEA_PIDFILE_DIR=${folder}`, `KEA_LOCKFILE_DIR=${folder}`, 'kea-dhcp4']
  await startOther(await network.addPeer(address), [...kea, '-c', config], 'DHCP4_STARTED')
}

/** Starts ISC's server on a computer of its own at `address` with these lines. */
export async function startIsc(
  network: Network,
  address: string,
  folder: string,
  lines: string,
): Promise<void> {
  const at = (name: string) => join(folder, name)
  writeFileSync(at('dhcpd.conf'), iscConfig(address, lines))
  writeFileSync(at('leases'), '')
  // By its whole path: a package of npm has the same name.
  const files = ['-cf', at('dhcpd.conf'), '-lf', at('leases'), '-pf', at('pid')]
  const dhcpd = ['/usr/sbin/dhcpd', '-4', '-f', '-d', ...files, 'eth0']
  await startOther(await network.addPeer(address), dhcpd, 'Server starting service')
}

/** Starts a server on this computer; resolves when it says that it is up. */
export async function startOther(
  peer: Pick<Peer, 'start'>,
  command: readonly string[],
  up: string,
): Promise<void> {
  const child = peer.start(command)
  const log: string[] = []
  readLines(child.stdout, line => log.push(line))
  readLines(child.stderr, line => log.push(line))
  await waitUntil(
    () => `${up}: ${log.join('\n')}`,
    10,
    () => log.some(line => line.includes(up)) || undefined,
  )
}
