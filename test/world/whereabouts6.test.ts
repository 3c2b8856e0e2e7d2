import t from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import type { Host } from '../../src/boot/host.ts'
import type { Lease6 } from '../../src/boot/lease6.ts'
import type { NetworkWith6 } from '../../src/boot/network-address.ts'
import type { Mac } from '../../src/wire/address.ts'
import type { IpAddress } from '../../src/wire/ip-address.ts'
import { type Ipv6, subnet6Of } from '../../src/wire/ipv6.ts'
import { createWhereabouts } from '../../src/world/whereabouts.ts'
import { ip6, network6 } from '../dhcp6/examples.ts'

const own = '52:54:00:00:00:01' as Mac
const other = '52:54:00:66:66:66' as Mac
const host: Host = { name: 'node1', nics: [{ mac: own }], tags: [], vars: {} }
const near = ip6('2001:db8:77::20')
const privacy = ip6('2001:db8:77:0:c0ff:ee00:1234:5678')
const far = ip6('2001:db8:99::20')
const lan = network6({ name: 'lan' })
const { interface: _, ...noInterface } = network6({ name: 'remote' })
const remote: NetworkWith6 = {
  ...noInterface,
  ipv6: { ...lan.ipv6, subnet: subnet6Of(ip6('2001:db8:99::'), 64) },
}

/** What the kernel says, before and after it is made to ask, and which leases there are. */
function place({
  leases = [] as readonly (readonly [Ipv6, Mac | undefined])[],
  table = {} as Record<string, Mac>,
  answers = {} as Record<string, Mac>,
} = {}) {
  const known = { ...table }
  const poked: IpAddress[] = []
  const looked = { times: 0 }
  const all = leases.map(([address, mac]): Lease6 => {
    const network = address === far ? 'remote' : 'lan'
    const times = { iaid: 1, start: 0, end: 1000, state: 'active' } as const
    return { address, network, duid: '00', ...times, ...(mac ? { mac } : {}) }
  })
  const memory = {
    leases: { byAddress: () => undefined, byMac: () => undefined },
    leases6: {
      byAddress: (address: Ipv6) => all.find(lease => lease.address === address),
      byClient: (network: string, { mac }: { mac?: Mac }) =>
        all.find(lease => lease.network === network && lease.mac === mac),
    },
    hosts: { get: () => undefined },
  } as unknown as Parameters<typeof createWhereabouts>[1]
  const none = { macsOf: () => [], addressesOf: () => [], refresh: () => t.fail('of IPv4') }
  const senses = {
    neighbours: none,
    neighbours6: {
      macsOf: (address: Ipv6) => (known[address] ? [known[address]] : []),
      addressesOf: (mac: Mac) =>
        Object.keys(known).flatMap(text => (known[text] === mac ? ip6(text) : [])),
      refresh: () => void looked.times++,
    },
    poke(address: IpAddress) {
      poked.push(address)
      Object.assign(known, answers)
    },
    usesArp: () => true,
    wait: computerClock.sleep,
    close: () => {},
  }
  const found = createWhereabouts({ networks: () => [lan, remote] }, memory, () => 500, senses)
  const who = (address: Ipv6, network = 'lan') => {
    const verdict = found.identify({ host, address, network })
    return verdict.kind === 'stranger' ? verdict.why.code : verdict.kind
  }
  return { ...found, who, poked, looked }
}

t.test('on a link of ours whoever answers neighbour discovery wins over the lease', async t => {
  t.equal(
    place({ leases: [[near, own]], table: { [near]: other } }).who(near),
    'address-of-another',
  )
  t.equal(place({ leases: [[near, other]], table: { [near]: own } }).who(near), 'machine')
  t.equal(place({ leases: [[near, own]] }).who(near), 'nobody-at-address', 'a lease is not enough')
})

t.test('an address that a machine made for itself is its own, as the kernel says', async t => {
  t.equal(place({ table: { [privacy]: own } }).who(privacy), 'machine')
  t.equal(place({ table: { [privacy]: other } }).who(privacy), 'address-of-another')
})

t.test('the link is asked where nothing is known', async t => {
  const mine = place({ answers: { [privacy]: own } })
  await mine.lookAgain(privacy)
  t.strictSame([mine.who(privacy), mine.poked], ['machine', [privacy]])
  const behind = place()
  await behind.lookAgain(far)
  t.strictSame(behind.poked, [], 'not behind a relay')
})

t.test('behind a relay the lease speaks, where it has a MAC', async t => {
  t.equal(place({ leases: [[far, own]] }).who(far, 'remote'), 'machine')
  t.equal(place({ leases: [[far, other]] }).who(far, 'remote'), 'address-of-another')
  t.equal(place({ leases: [[far, undefined]] }).who(far, 'remote'), 'address-unknown')
})

t.test('a token is good only by the table of now', async t => {
  const { identify, looked } = place({ table: { [near]: own } })
  const attempt = { address: near } as never
  t.match(identify({ host, address: near, network: 'lan', attempt }), { kind: 'machine' })
  t.equal(looked.times, 1)
})

t.test('where a machine is: its lease first, then what the kernel knows on our links', async t => {
  const table = { 'fe80::1': own, [privacy]: own }
  t.strictSame(place({ leases: [[near, own]], table }).addressesOf(own), [near, privacy])
  t.equal(place().whyNoTarget(ip6('::1')), 'own')
  t.equal(place().whyNoTarget(ip6('2001:db8:1::1')), 'outside')
  t.equal(place().whyNoTarget(near), undefined)
})
