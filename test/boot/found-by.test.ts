import t from 'tap'
import {
  cardsAfter,
  createFinder,
  type FindableHost,
  type Traits,
  withCards,
} from '../../src/boot/found-by.ts'
import type { FoundBy, Host } from '../../src/boot/host.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'

const [m1, m2] = ['52:54:00:00:00:01', '52:54:00:00:00:02'] as [Mac, Mac]
const uuid = '4c4c4544-0042-4a10-8051-b7c04f4d3632'
const swapped = '44454c4c-4200-104a-8051-b7c04f4d3632'
const other = '11111111-2222-3333-4444-555555555555'

function host(name: string, traits: Omit<FoundBy, 'card'>, card: FoundBy['card'] = {}) {
  return { name, nics: [], tags: [], vars: {}, foundBy: { ...traits, card } } as FindableHost
}

const byUuid = host('u', { uuid })
const bySerial = host('s', { serial: 'CZJ123' })
const byPort = host('p', { port: 'LEAF7/Ethernet12' })
const findingOf = (hosts: readonly Host[], traits: Traits, present: Host | undefined) =>
  createFinder(hosts)(traits, present)
const hosts = [byUuid, bySerial, byPort]
const ports = ['leaf7/ethernet12', '6c:65/45']

t.test('who says what a host is found by is that host', async t => {
  t.strictSame(findingOf(hosts, { uuid }, undefined), {
    kind: 'moves-in',
    host: byUuid,
    by: 'uuid',
  })
  t.match(findingOf(hosts, { uuid: swapped }, undefined), { host: byUuid }, 'either byte order')
  t.match(findingOf(hosts, { serial: 'czj123' }, undefined), { host: bySerial, by: 'serial' })
  t.match(findingOf(hosts, { ports, uuid: other }, undefined), { host: byPort, by: 'port' })
  for (const said of [{}, { uuid: other }, { serial: '' }, { ports: [] }])
    t.equal(findingOf(hosts, said, undefined), undefined, JSON.stringify(said))
})

t.test('a board without a UUID is nobody', async t => {
  const zeros = '00000000-0000-0000-0000-000000000000'
  t.equal(findingOf([host('z', { uuid: zeros })], { uuid: zeros }, undefined), undefined)
})

t.test('two that match are an error with both names', async t => {
  t.strictSame(findingOf(hosts, { uuid, ports }, undefined), {
    kind: 'unclear',
    why: { code: 'found-twice', hosts: ['u by uuid', 'p by port'] },
  })
})

t.test('what is known is no news, and a MAC of the config is the last word', async t => {
  t.equal(findingOf(hosts, { uuid }, byUuid), undefined)
  const written = { name: 'w', nics: [{ mac: m1 }], tags: [], vars: {} }
  t.equal(findingOf(hosts, { uuid, ports }, written), undefined)
})

t.test('a machine that was moved is what it is where it is now', async t => {
  const elsewhere = ['LEAF8/Ethernet1']
  t.match(findingOf(hosts, { ports: elsewhere }, byPort), { kind: 'moves-out', host: byPort })
  t.match(findingOf(hosts, { uuid, ports: elsewhere }, byPort), { kind: 'moves-in', host: byUuid })
  t.equal(findingOf(hosts, {}, byPort), undefined, 'without a relay nothing is said of ports')
  t.match(findingOf(hosts, { uuid: other }, byUuid), { kind: 'moves-out' })
})

t.test('a port has one machine, a machine may have several cards', async t => {
  t.strictSame(cardsAfter([m1], m2, 'port'), [m2])
  t.strictSame(cardsAfter([m1], m2, 'uuid'), [m1, m2])
  t.strictSame(cardsAfter([m1, m2], m1, 'serial'), [m2, m1])
  const many = Array.from({ length: 20 }, (_, n) => `52:54:00:00:01:${n + 10}` as Mac)
  t.equal(cardsAfter(many, m1, 'uuid').length, 8)
})

t.test('the reserved address is for the card that was heard first', async t => {
  const address = 1 as Ipv4
  const slot = host('slot', { uuid }, { address })
  t.strictSame(withCards(slot, [m1, m2]).nics, [{ mac: m1, address }, { mac: m2 }])
})
