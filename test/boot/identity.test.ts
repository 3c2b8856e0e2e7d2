import t from 'tap'
import type { Host } from '../../src/boot/host.ts'
import { type Evidence, identify, isFromElsewhere, type Owners } from '../../src/boot/identity.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import type { Ipv4, Mac } from '../../src/wire/address.ts'
import { parseIpv4 } from '../../src/wire/address.ts'

const address = parseIpv4('10.77.0.20') as Ipv4
const own = '52:54:00:00:00:01' as Mac
const other = '52:54:00:66:66:66' as Mac
const uuid = '01020304-0506-0708-090a-0b0c0d0e0f10'
const swapped = '04030201-0605-0807-090a-0b0c0d0e0f10'
const another = '11111111-2222-3333-4444-555555555555'
const host: Host = { name: 'node1', nics: [{ mac: own }], tags: [], vars: {} }

const leased: Owners = { by: 'dhcp', macs: [own] }
const rows: Record<string, Partial<Evidence>> = {
  machine: { owners: leased },
  'machine, who answers ARP': { owners: { by: 'neighbour', macs: [own] } },
  'address-of-another': { owners: { by: 'neighbour', macs: [other] } },
  'address-of-another, by the lease of another machine': { owners: { by: 'dhcp', macs: [other] } },
  'nobody-at-address, whatever the lease says': { owners: { by: 'nobody', macs: [own] } },
  'address-unknown': { owners: { by: 'dhcp', macs: [] } },
  'machine, by the token that was given there': {
    owners: { by: 'dhcp', macs: [] },
    attemptAt: address,
  },
  'address-unknown, by a token that was given elsewhere': {
    owners: { by: 'dhcp', macs: [] },
    attemptAt: parseIpv4('10.77.0.21') as Ipv4,
  },
  'address-of-another, with a token that was given there': {
    owners: { by: 'neighbour', macs: [other] },
    attemptAt: address,
  },
  'machine, wherever, where the URL is trusted': {
    trust: 'url',
    owners: { by: 'neighbour', macs: [other] },
  },
  'uuid-unsaid': { trust: 'uuid', knownUuid: uuid },
  'uuid-unsaid of a board that has none': {
    trust: 'uuid',
    knownUuid: uuid,
    uuid: '00000000-0000-0000-0000-000000000000',
  },
  'uuid-never-heard': { trust: 'uuid', uuid },
  'uuid-differs': { trust: 'uuid', knownUuid: uuid, uuid: another },
  'uuid-differs than the config says': {
    trust: 'uuid',
    host: { ...host, uuid: another },
    knownUuid: uuid,
    uuid,
  },
  'machine, by its UUID': { trust: 'uuid', knownUuid: uuid, uuid },
  'machine, by its UUID in the other byte order': { trust: 'uuid', knownUuid: uuid, uuid: swapped },
  'machine, by the token that its UUID was good for': {
    trust: 'uuid',
    knownUuid: uuid,
    attemptAt: address,
  },
  'address-of-another, whatever UUID it says': {
    trust: 'uuid',
    knownUuid: uuid,
    uuid,
    owners: { by: 'neighbour', macs: [other] },
  },
}

for (const [verdict, more] of Object.entries(rows)) {
  t.test(verdict, async t => {
    const base = { host, trust: 'lease', address, owners: leased } as const
    const none = { uuid: undefined, knownUuid: undefined, attemptAt: undefined }
    const found = identify({ ...base, ...none, ...more })
    t.equal(found.kind === 'stranger' ? found.why.code : found.kind, /^[\w-]+/.exec(verdict)?.[0])
  })
}

t.test('the timeline names whoever has the address', async t => {
  const owners: Owners = { by: 'neighbour', macs: [other] }
  const none = { uuid: undefined, knownUuid: undefined, attemptAt: undefined }
  const found = identify({ host, trust: 'lease', address, owners, ...none })
  t.match(found.kind === 'stranger' && sentenceOf(found.why), `10.77.0.20 is ${other} now`)
})

t.test('another machine with the MAC is told apart by what it says and where', async t => {
  const known = { uuid, network: 'lan' }
  t.notOk(isFromElsewhere({ uuid: swapped, network: 'lan' }, known))
  t.notOk(isFromElsewhere({ uuid: undefined, network: 'lan' }, known))
  t.notOk(isFromElsewhere({ uuid, network: undefined }, known))
  t.notOk(isFromElsewhere({ uuid: another, network: 'lan' }, { uuid: undefined, network: 'lan' }))
  t.ok(isFromElsewhere({ uuid: another, network: 'lan' }, known))
  t.ok(isFromElsewhere({ uuid, network: 'office' }, known))
})
