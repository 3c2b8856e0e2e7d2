import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readLines } from './lines.ts'
import type { Network } from './network.ts'
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

/** Starts Kea on a computer of its own at `address` with these classes of clients; it gives .100 to .150. */
export async function startKea(
  network: Network,
  address: string,
  folder: string,
  classes: object,
): Promise<void> {
  const prefix = address.slice(0, address.lastIndexOf('.'))
  const settings = {
    'interfaces-config': { interfaces: ['eth0'] },
    'lease-database': { type: 'memfile', persist: false },
    'valid-lifetime': 3600,
    subnet4: [{ subnet: `${prefix}.0/24`, pools: [{ pool: `${prefix}.100 - ${prefix}.150` }] }],
    loggers: [{ name: 'kea-dhcp4', severity: 'INFO', output_options: [{ output: 'stdout' }] }],
    ...classes,
  }
  const config = join(folder, 'kea.json')
  writeFileSync(config, JSON.stringify({ Dhcp4: settings }))
  const kea = ['env', `KEA_PIDFILE_DIR=${folder}`, `KEA_LOCKFILE_DIR=${folder}`, 'kea-dhcp4']
  const peer = await network.addPeer(address)
  const child = peer.start([...kea, '-c', config])
  const log: string[] = []
  readLines(child.stdout, line => log.push(line))
  readLines(child.stderr, line => log.push(line))
  await waitUntil(
    () => `Kea: ${log.join('\n')}`,
    10,
    () => log.some(line => line.includes('DHCP4_STARTED')) || undefined,
  )
}
