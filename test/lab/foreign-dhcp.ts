import { readLines } from './lines.ts'
import type { Network } from './network.ts'
import { waitUntil } from './wait.ts'

/** Somebody else's DHCP server, which gives addresses and knows nothing of booting. */
export interface ForeignDhcp {
  /** The ACKs it logged. */
  readonly acks: readonly string[]
}

/** Starts dnsmasq on a computer of its own at `address`; it gives .100 to .150. */
export async function startForeignDhcp(network: Network, address: string): Promise<ForeignDhcp> {
  const peer = await network.addPeer(address)
  const prefix = address.slice(0, address.lastIndexOf('.'))
  const child = peer.start([
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--port=0'],
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
