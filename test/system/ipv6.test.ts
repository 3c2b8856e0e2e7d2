import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { flagsIn, settle6 } from '../../src/system/interfaces6.ts'
import { createNeighbours6, createNeighbours6Now } from '../../src/system/neighbours6.ts'
import { serverDuid } from '../../src/system/server-duid.ts'
import { parseMac } from '../../src/wire/address.ts'
import { subnet6Of } from '../../src/wire/ipv6.ts'
import { ip6 } from '../dhcp6/examples.ts'
import { makeFolder } from '../folder.ts'

t.test('a network takes its IPv6 from the interface, or waits for it', async t => {
  const own = [
    { interface: 'br0', address: ip6('fd00:77::1'), prefix: 64 },
    { interface: 'br0', address: ip6('2001:db8:77::1'), prefix: 64 },
    { interface: 'br1', address: ip6('fd00:78::1'), prefix: 56 },
  ]
  const settings = { mode: 'server', dns: [] } as const
  const br0 = { interface: 'br0' }
  t.match(settle6(settings, br0, own), {
    ipv6: { serverAddress: 'fd00:77::1', subnet: { base: 'fd00:77::', prefix: 64 } },
  })
  const subnet = subnet6Of(ip6('2001:db8:77::'), 64)
  t.match(settle6({ ...settings, subnet }, br0, own), { ipv6: { serverAddress: '2001:db8:77::1' } })
  const stated = { ...settings, serverAddress: ip6('fd00:78::1') }
  t.match(settle6({ ...stated, subnet }, {}, own), {
    ipv6: { serverAddress: 'fd00:78::1', subnet },
  })
  t.match(settle6(stated, br0, []), { waits: 'no interface has the serverAddress6 fd00:78::1 yet' })
  t.match(settle6({ ...settings, subnet }, { interface: 'br1' }, own), {
    waits: 'interface br1 has no IPv6 address in 2001:db8:77::/64 yet',
  })
})

t.test('an address that goes away by itself is not where machines reach us', async t => {
  const settings = { mode: 'server', dns: [] } as const
  const own = [
    { interface: 'br0', address: ip6('fd00:77::abcd'), prefix: 64, passing: true },
    { interface: 'br0', address: ip6('fd00:77::1'), prefix: 64, passing: false },
  ]
  t.match(settle6(settings, { interface: 'br0' }, own), { ipv6: { serverAddress: 'fd00:77::1' } })
  t.match(settle6(settings, { interface: 'br0' }, own.slice(0, 1)), {
    waits: 'interface br0 has no IPv6 address yet',
  })
  const stated = { ...settings, serverAddress: ip6('fd00:77::abcd') }
  t.match(settle6(stated, {}, own), { ok: true }, 'who states it shall have it')
  const text = `fd000077000000000000000000000001 04 40 00 82     eth0
fd00007700000000000000000000abcd 04 40 00 41     eth0
nonsense
`
  t.strictSame(
    [...flagsIn(text)],
    [
      ['fd00:77::1', 0x82],
      ['fd00:77::abcd', 0x41],
    ],
  )
  t.equal(flagsIn('').size, 0, 'IPv6 is off')
})

t.test('the neighbour table, read once for all that ask meanwhile', async t => {
  let reads = 0
  let now = 0
  const text = [
    'fe80::1 dev br0 lladdr 52:54:00:00:00:01 router REACHABLE',
    'fe80::1 dev br1 lladdr 52:54:00:00:00:02 STALE',
    '2001:db8::5 dev br0 lladdr 52:54:00:00:00:01 DELAY',
    '2001:db8::6 dev br0 FAILED',
    'nonsense',
  ]
  const read = async () => {
    reads++
    return text.join('\n')
  }
  const neighbours = createNeighbours6(read, () => now)
  t.strictSame(neighbours.macsOf(ip6('2001:db8::5')), [], 'nothing before the first look')
  await Promise.all([neighbours.look(), neighbours.look(250)])
  t.equal(reads, 1)
  t.strictSame(neighbours.macsOf(ip6('fe80::1'), 'br0'), ['52:54:00:00:00:01'])
  t.strictSame(neighbours.macsOf(ip6('fe80::1'), 'br1'), ['52:54:00:00:00:02'])
  t.strictSame(neighbours.macsOf(ip6('fe80::1')), [], 'which link is not said')
  t.strictSame(neighbours.macsOf(ip6('2001:db8::5')), ['52:54:00:00:00:01'])
  t.strictSame(neighbours.macsOf(ip6('2001:db8::6')), [])
  const mac = parseMac('52:54:00:00:00:01')
  t.strictSame(mac && neighbours.addressesOf(mac), ['fe80::1', '2001:db8::5'])
  now = 100
  await neighbours.look(250)
  t.equal(reads, 1)
  await neighbours.look()
  t.equal(reads, 2)
})

t.test('who has an address is looked up at once where nobody can wait', async t => {
  let [now, reads] = [0, 0]
  const text = ['2001:db8::5 dev br0 lladdr 52:54:00:00:00:01 STALE', '2001:db8::6 dev br0 FAILED']
  const read = () => (reads++ === 0 ? text.slice(1) : text).join('\n')
  const neighbours = createNeighbours6Now(250, read, () => now)
  t.strictSame(neighbours.macsOf(ip6('2001:db8::5')), [])
  now = 99
  t.strictSame([neighbours.macsOf(ip6('2001:db8::5')), reads], [[], 1], 'a look is a process')
  now = 100
  t.strictSame(neighbours.macsOf(ip6('2001:db8::5')), ['52:54:00:00:00:01'])
  const mac = parseMac('52:54:00:00:00:01')
  t.strictSame(mac && neighbours.addressesOf(mac), ['2001:db8::5'])
  t.equal(reads, 2)
  neighbours.refresh()
  t.equal(reads, 3)
})

t.test('our DUID is made once', async t => {
  const file = join(makeFolder(t, { broken: 'half a uu' }), 'server-duid')
  const duid = serverDuid(file)
  t.equal(duid.length, 18)
  t.strictSame(duid.subarray(0, 2), Uint8Array.of(0, 4))
  t.strictSame(serverDuid(file), duid)
  t.match(readFileSync(file, 'utf8'), /^[0-9a-f-]{36}\n$/)
  const broken = join(t.testdirName, 'broken')
  t.strictSame(serverDuid(broken), serverDuid(broken), 'a broken one is made anew')
})
