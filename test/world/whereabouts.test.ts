import t from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import type { Host } from '../../src/boot/host.ts'
import type { Lease } from '../../src/boot/lease.ts'
import type { NetworkWith4 } from '../../src/boot/network-address.ts'
import { type Ipv4, type Mac, parseIpv4, parseSubnet, type Subnet } from '../../src/wire/address.ts'
import type { IpAddress } from '../../src/wire/ip-address.ts'
import { createWhereabouts } from '../../src/world/whereabouts.ts'

const ip = (text: string) => parseIpv4(text) as Ipv4
const own = '52:54:00:00:00:01' as Mac
const other = '52:54:00:66:66:66' as Mac
const host: Host = { name: 'node1', nics: [{ mac: own }], tags: [], vars: {} }
const [near, far] = [ip('10.99.0.20'), ip('10.98.0.20')]

const base = {
  serverAddress: ip('10.99.0.1'),
  leaseTo: 'all',
  dns: [],
  leaseSeconds: 3600,
} as const
const lan: NetworkWith4 = {
  ...base,
  ...{ name: 'lan', mode: 'server', trust: 'lease', interface: 'br0' },
  subnet: parseSubnet('10.99.0.0/24') as Subnet,
}
const remote: NetworkWith4 = {
  ...base,
  ...{ name: 'remote', mode: 'proxy', trust: 'lease' },
  subnet: parseSubnet('10.98.0.0/24') as Subnet,
}

/** What the kernel says, and which leases there are. */
function place({
  leases = [] as readonly (readonly [Ipv4, Mac])[],
  table = {} as Record<string, Mac>,
  answers = {} as Record<string, Mac>,
  networks = [lan, remote],
  arp = true,
} = {}) {
  const known = { ...table }
  const poked: IpAddress[] = []
  const all = leases.map(
    ([address, mac]): Lease => ({
      ...{ address, mac, start: 0, end: 1000, state: 'active' },
      network: networks.find(({ subnet }) => address >>> 8 === subnet.base >>> 8)?.name ?? '',
    }),
  )
  const memory = {
    leases: {
      byAddress: (address: Ipv4) => all.find(lease => lease.address === address),
      byMac: (network: string, mac: Mac) =>
        all.find(lease => lease.network === network && lease.mac === mac),
    },
    hosts: { get: () => undefined },
  } as unknown as Parameters<typeof createWhereabouts>[1]
  const senses = {
    neighbours: {
      macsOf: (address: Ipv4) => (known[address] ? [known[address]] : []),
      addressesOf: () => [],
      refresh: () => {},
    },
    neighbours6: { macsOf: () => [], addressesOf: () => [], refresh: () => {} },
    poke(address: IpAddress) {
      poked.push(address)
      Object.assign(known, answers)
    },
    usesArp: () => arp,
    wait: computerClock.sleep,
    close: () => {},
  }
  const found = createWhereabouts({ networks: () => networks }, memory, () => 500, senses)
  const who = (address: Ipv4, network = 'lan') => {
    const verdict = found.identify({ host, address, network })
    return verdict.kind === 'stranger' ? verdict.why.code : verdict.kind
  }
  return { ...found, who, poked }
}

t.test('on a link of ours whoever answers ARP wins over the lease', async t => {
  const { who, macsOf } = place({ leases: [[near, own]], table: { [near]: other } })
  t.equal(who(near), 'address-of-another')
  t.strictSame(macsOf(near), [other], 'what it does is not the host’s story')
  t.equal(place({ leases: [[near, other]], table: { [near]: own } }).who(near), 'machine')
})

t.test('a lease alone is not enough where ARP could tell', async t => {
  const leases = [[near, own]] as const
  t.equal(place({ leases }).who(near), 'nobody-at-address')
  t.equal(place({ leases, arp: false }).who(near), 'machine', 'without ARP it is')
})

t.test('the link is asked where nothing is known', async t => {
  const leases = [[near, own]] as const
  const mine = place({ leases, answers: { [near]: own } })
  await mine.lookAgain(near)
  t.strictSame([mine.who(near), mine.poked], ['machine', [near]])
  const theirs = place({ leases, answers: { [near]: other } })
  await theirs.lookAgain(near)
  t.equal(theirs.who(near), 'address-of-another')
  const known = place({ leases, table: { [near]: own } })
  await known.lookAgain(near)
  await known.lookAgain(far)
  t.strictSame(known.poked, [], 'not where it is known, nor behind a relay')
})

t.test('behind a relay the lease speaks, and the neighbour table does not', async t => {
  const { who } = place({ leases: [[far, own]], table: { [far]: other } })
  t.equal(who(far, 'remote'), 'machine')
})

t.test(
  'mode: proxy behind a relay: what the machine asked another server for counts as heard',
  async t => {
    const { who, requests, addressesOf } = place()
    t.equal(who(far, 'remote'), 'address-unknown')
    requests(own, far, true)
    t.equal(who(far, 'remote'), 'machine')
    t.strictSame(addressesOf(own), [far])
    requests(other, far, false)
    t.equal(who(far, 'remote'), 'address-unknown', 'somebody else has it now')
    requests(own, near, true)
    t.equal(who(near), 'nobody-at-address', 'on a link of ours it is not enough')
    const server = place({ networks: [lan, { ...remote, mode: 'server' }] })
    server.requests(own, far, true)
    t.equal(server.who(far, 'remote'), 'address-unknown', 'nor where the leases are ours')
  },
)

t.test('trustUrl vouches for hosts that may be in its network only', async t => {
  const trusting: NetworkWith4 = { ...remote, trust: 'url' }
  const networks = [lan, trusting]
  t.equal(place({ networks }).who(far, 'remote'), 'machine')
  const leased = place({ networks, leases: [[near, own]] })
  t.equal(leased.who(far, 'remote'), 'address-unknown', 'the host is on the other one now')
  const { identify } = place({ networks })
  const named = { ...host, nics: [{ mac: own, network: 'lan' }] }
  t.match(identify({ host: named, address: far, network: 'remote' }), { kind: 'stranger' })
})
