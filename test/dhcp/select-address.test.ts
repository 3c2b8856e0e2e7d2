import t from 'tap'
import type { Host } from '../../src/boot/host.ts'
import type { Lease } from '../../src/boot/lease.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { createOffers } from '../../src/dhcp/lease.ts'
import { selectAddress } from '../../src/dhcp/select-address.ts'
import { formatIpv4, type Ipv4, type Mac, macOfBytes, parseRange } from '../../src/wire/address.ts'
import { createAddressSet } from '../../src/wire/address-set.ts'
import { bookOf, host, ip, mac, network, now } from './examples.ts'

const me = mac('52:54:00:00:00:01')
const other = mac('52:54:00:00:00:02')

function lease(address: string, hardware: Mac, more: Partial<Lease> = {}): Lease {
  const times = { start: now - 1000, end: now + 1000 }
  return {
    address: ip(address),
    mac: hardware,
    network: 'rack',
    ...times,
    state: 'active',
    ...more,
  }
}

function rangeOf(text: string) {
  const range = parseRange(text)
  if (!range) throw new Error(text)
  return range
}

interface Row {
  /** `me`, if none is given. */
  readonly mac?: Mac
  readonly range?: string
  readonly leases?: readonly Lease[]
  readonly offers?: readonly [address: string, mac: Mac][]
  readonly hosts?: readonly Host[]
  readonly requested?: string
  readonly leaseTo?: 'all' | 'hosts'
  readonly at?: number
}

/** The address that it gets, or why it gets none. */
function select(row: Row): string {
  const hosts = row.hosts ?? []
  const offers = createOffers()
  for (const [address, hardware] of row.offers ?? []) {
    offers.hold({ address: ip(address), mac: hardware, network: 'rack' }, now)
  }
  const byAddress = new Map(row.leases?.map(lease => [lease.address, lease]))
  const mine = hosts.find(host => host.nics.some(nic => nic.mac === me))
  const selection = selectAddress(
    {
      mac: row.mac ?? me,
      ...(mine ? { host: mine } : {}),
      ...(row.requested ? { requested: ip(row.requested) } : {}),
    },
    {
      network: network({
        range: rangeOf(row.range ?? '10.77.0.50-10.77.0.59'),
        leaseTo: row.leaseTo ?? 'all',
      }),
      leases: bookOf(byAddress),
      offers,
      reservedFor: address => {
        const macs = hosts.flatMap(h => h.nics.filter(n => n.address === address).map(n => n.mac))
        return macs.length > 0 ? macs : undefined
      },
      now: row.at ?? now,
    },
  )
  if (selection.kind === 'none') return sentenceOf(selection.why)
  return `${formatIpv4(selection.address)}${selection.reserved ? ' reserved' : ''}`
}

const ended = { end: now - 1 }
const released = { state: 'released' } as const
const declined = { state: 'declined' } as const
const full = 'no address of the range is free'
const one = '10.77.0.50-10.77.0.50'
const two = '10.77.0.50-10.77.0.51'

const rows: [when: string, row: Row, gets: string][] = [
  ['its reservation', { hosts: [host('a', me, '10.77.0.20')] }, '10.77.0.20 reserved'],
  [
    'its reservation, before the lease it has',
    { hosts: [host('a', me, '10.77.0.20')], leases: [lease('10.77.0.55', me)] },
    '10.77.0.20 reserved',
  ],
  [
    'not its reservation while somebody else has it',
    { range: one, hosts: [host('a', me, '10.77.0.20')], leases: [lease('10.77.0.20', other)] },
    '10.77.0.50',
  ],
  [
    'not a reservation outside the network',
    { range: one, hosts: [host('a', me, '10.99.0.20')] },
    '10.77.0.50',
  ],
  [
    'the lease it has',
    { leases: [lease('10.77.0.55', me)], requested: '10.77.0.56' },
    '10.77.0.55',
  ],
  ['the lease it had', { leases: [lease('10.77.0.55', me, ended)] }, '10.77.0.55'],
  ['the lease it gave back', { leases: [lease('10.77.0.55', me, released)] }, '10.77.0.55'],
  [
    'not a lease outside the range of today',
    { range: one, leases: [lease('10.77.0.99', me)] },
    '10.77.0.50',
  ],
  ['what it was offered', { offers: [['10.77.0.57', me]] }, '10.77.0.57'],
  ['what it asks for', { requested: '10.77.0.58' }, '10.77.0.58'],
  [
    'not what it asks for outside the range',
    { range: one, requested: '10.77.0.200' },
    '10.77.0.50',
  ],
  [
    'not what another has',
    { range: two, requested: '10.77.0.50', leases: [lease('10.77.0.50', other)] },
    '10.77.0.51',
  ],
  [
    'not what another was offered',
    { range: two, requested: '10.77.0.50', offers: [['10.77.0.50', other]] },
    '10.77.0.51',
  ],
  [
    'what another was offered a minute ago',
    { range: one, offers: [['10.77.0.50', other]], at: now + 60_000 },
    '10.77.0.50',
  ],
  [
    'not what is reserved for another, though it is in the range',
    { range: two, requested: '10.77.0.50', hosts: [host('b', other, '10.77.0.50')] },
    '10.77.0.51',
  ],
  [
    'not what it declined itself',
    { range: two, requested: '10.77.0.50', leases: [lease('10.77.0.50', me, declined)] },
    '10.77.0.51',
  ],
  [
    'what was declined long ago',
    { range: one, leases: [lease('10.77.0.50', other, { ...declined, ...ended })] },
    '10.77.0.50',
  ],
  [
    'one never leased, before one that is free again',
    { range: two, leases: [lease('10.77.0.50', other, ended)] },
    '10.77.0.51',
  ],
  [
    'else the one that ended first',
    {
      range: two,
      leases: [
        lease('10.77.0.50', other, { end: now - 10 }),
        lease('10.77.0.51', mac('52:54:00:00:00:03'), { end: now - 20 }),
      ],
    },
    '10.77.0.51',
  ],
  ['never the server', { range: '10.77.0.1-10.77.0.2' }, '10.77.0.2'],
  ['never the network address', { range: '10.77.0.0-10.77.0.2' }, '10.77.0.2'],
  ['never router or broadcast', { range: '10.77.0.253-10.77.0.255' }, '10.77.0.253'],
  ['none when the range is full', { range: one, leases: [lease('10.77.0.50', other)] }, full],
  [
    'none for a stranger where leases are for hosts',
    { leaseTo: 'hosts', leases: [lease('10.77.0.55', me)] },
    'not a host of the config, and the network leases to hosts only',
  ],
  ['one for a host there', { leaseTo: 'hosts', range: one, hosts: [host('a', me)] }, '10.77.0.50'],
]

for (const [when, row, gets] of rows) {
  t.test(`a machine gets ${when}`, async t => t.equal(select(row), gets))
}

t.test('without a range only reservations are given', async t => {
  const { range: _, ...bare } = network()
  const book = bookOf(new Map())
  const reservedFor = () => undefined
  const place = { network: bare, leases: book, offers: createOffers(), reservedFor, now }
  t.match(selectAddress({ mac: me }, place), { kind: 'none' })
  const found = selectAddress({ mac: me, host: host('a', me, '10.77.0.20') }, place)
  t.match(found, { kind: 'address', reserved: true })
})

t.test('a forgotten machine gets the same address again, and others get others', async t => {
  const range = '10.77.0.50-10.77.0.150'
  t.equal(select({ range }), select({ range }))
  t.not(select({ range }), select({ range, offers: [[select({ range }), other]] }))
})

t.test('cards that are numbered in a row get addresses in a row', async t => {
  const range = '10.77.0.50-10.77.0.149'
  const cards = ['0c:c4:7a:12:33:fe', '0c:c4:7a:12:33:ff', '0c:c4:7a:12:34:00']
  t.strictSame(
    cards.map(card => select({ range, mac: mac(card) })),
    ['10.77.0.108', '10.77.0.109', '10.77.0.110'],
  )
})

t.test('a nearly full range costs a handful of look-ups', async t => {
  const range = rangeOf('10.77.16.0-10.77.35.255')
  const subnet = { base: ip('10.77.0.0'), prefix: 16 }
  const free = ip('10.77.20.99')
  const leases = new Map<Ipv4, Lease>()
  const offers = createOffers()
  const reserved = createAddressSet()
  const macOf = (n: number) => macOfBytes(Uint8Array.of(0x52, 0x54, 1, n >> 16, n >> 8, n))
  for (let n = range.from; n <= range.to; n++) {
    const address = n as Ipv4
    const other = macOf(n & 0xffffff)
    if (address === free) continue
    if (n % 10 === 0) offers.hold({ address, mac: other, network: 'rack' }, now)
    else if (n % 10 === 1) reserved.add(address)
    else leases.set(address, lease(formatIpv4(address), other))
  }
  let looks = 0
  const book = bookOf(leases)
  const byAddress = (address: Ipv4) => {
    looks++
    return book.byAddress(address)
  }
  const place = {
    network: network({ subnet, range }),
    leases: { ...book, byAddress },
    offers,
    reserved,
    reservedFor: (a: Ipv4) => (reserved.has(a) ? [other] : undefined),
    now,
  }
  const select = () => selectAddress({ mac: me }, place)
  t.match(select(), { kind: 'address', address: free })
  leases.set(free, lease('10.77.20.99', other))
  t.match(select(), { kind: 'none', why: { code: 'range-full' } })
  const ended = lease('10.77.30.33', other, { end: now - 1 })
  leases.set(ended.address, ended)
  t.match(select(), { kind: 'address', address: ended.address })
  t.ok(looks < 20, `${looks} look-ups`)
})

t.test('offers are bounded, and the oldest gives way', async t => {
  const offers = createOffers(3)
  const hold = (n: number) =>
    offers.hold({ address: (100 + n) as Ipv4, mac: mac(`52:54:00:00:00:0${n}`), network: 'r' }, now)
  for (const n of [1, 2, 3, 1, 4]) hold(n)
  const held = [1, 2, 3, 4].filter(n => offers.byAddress((100 + n) as Ipv4, now))
  t.strictSame(held, [1, 3, 4])
  t.equal(offers.of({ network: 'r', mac: mac('52:54:00:00:00:04') }, now + 59_999)?.address, 104)
  t.equal(offers.of({ network: 'r', mac: mac('52:54:00:00:00:04') }, now + 60_000), undefined)
  t.equal(offers.of({ network: 'q', mac: mac('52:54:00:00:00:04') }, now), undefined)
})

t.test('a machine has one offer, and a dropped one is free', async t => {
  const offers = createOffers()
  const offer = { mac: me, network: 'r' }
  offers.hold({ ...offer, address: 1 as Ipv4 }, now)
  offers.hold({ ...offer, address: 2 as Ipv4 }, now)
  t.equal(offers.byAddress(1 as Ipv4, now), undefined)
  t.equal(offers.of({ network: 'r', mac: me }, now)?.address, 2)
  offers.drop({ network: 'r', mac: me })
  t.equal(offers.byAddress(2 as Ipv4, now), undefined)
})
