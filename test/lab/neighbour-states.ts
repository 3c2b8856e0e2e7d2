/** Says of each address what the kernel's table is worth: JSON, by address. Runs inside a network. */
import { computerClock } from '../../src/base/clock.ts'
import type { Host, Network } from '../../src/boot/host.ts'
import { createNeighbours, isSure, usesArp } from '../../src/system/neighbours.ts'
import { createNeighbours6Now } from '../../src/system/neighbours6.ts'
import { type Ipv4, type Mac, parseIpv4, parseSubnet, type Subnet } from '../../src/wire/address.ts'
import { createWhereabouts } from '../../src/world/whereabouts.ts'

const [mac = '', ...addresses] = process.argv.slice(2)
const host: Host = { name: 'node1', nics: [{ mac: mac as Mac }], tags: [], vars: {} }
const ip = (text: string) => parseIpv4(text) as Ipv4
const lan: Network = {
  ...{ name: 'lan', mode: 'server', trust: 'lease', interface: 'br0', leaseTo: 'all', dns: [] },
  ...{ leaseSeconds: 3600, serverAddress: ip('10.77.0.1') },
  subnet: parseSubnet('10.77.0.0/24') as Subnet,
}
/** All of them are leased to the host. */
const memory = {
  leases: { byAddress: () => ({ mac, state: 'active', end: 2 }), byMac: () => undefined },
  hosts: { get: () => undefined },
} as unknown as Parameters<typeof createWhereabouts>[1]
const neighbours = { neighbours: createNeighbours(0), neighbours6: createNeighbours6Now(0) }
const senses = {
  ...neighbours,
  poke: () => {},
  usesArp,
  wait: computerClock.sleep,
  close: () => {},
}
const { identify } = createWhereabouts({ networks: () => [lan] }, memory, () => 1, senses)

const found: Record<string, readonly [verdict: string, sure: boolean]> = {}
for (const text of addresses) {
  const verdict = identify({ host, address: ip(text), network: 'lan' })
  const word = verdict.kind === 'stranger' ? verdict.why.code : verdict.kind
  found[text] = [word, await isSure(ip(text))]
}
process.stdout.write(JSON.stringify(found))
