import t from 'tap'
import type { Host } from '../../src/boot/host.ts'
import { type Evidence, identify, type Owners, strangerWords } from '../../src/boot/identity.ts'
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
  'other-mac': { owners: { by: 'neighbour', macs: [other] } },
  'other-mac, by the lease of another machine': { owners: { by: 'dhcp', macs: [other] } },
  'nobody-there, whatever the lease says': { owners: { by: 'nobody', macs: [own] } },
  'unknown-address': { owners: { by: 'dhcp', macs: [] } },
  'machine, by the token that was given there': {
    owners: { by: 'dhcp', macs: [] },
    attemptAt: address,
  },
  'unknown-address, by a token that was given elsewhere': {
    owners: { by: 'dhcp', macs: [] },
    attemptAt: parseIpv4('10.77.0.21') as Ipv4,
  },
  'other-mac, with a token that was given there': {
    owners: { by: 'neighbour', macs: [other] },
    attemptAt: address,
  },
  'machine, wherever, where the URL is trusted': {
    trust: 'url',
    owners: { by: 'neighbour', macs: [other] },
  },
  'no-uuid': { trust: 'uuid', knownUuid: uuid },
  'no-uuid of a board that has none': {
    trust: 'uuid',
    knownUuid: uuid,
    uuid: '00000000-0000-0000-0000-000000000000',
  },
  'no-known-uuid': { trust: 'uuid', uuid },
  'other-uuid': { trust: 'uuid', knownUuid: uuid, uuid: another },
  'other-uuid than the config says': {
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
  'other-mac, whatever UUID it says': {
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
    t.equal('code' in found ? found.code : found.kind, /^[\w-]+/.exec(verdict)?.[0])
  })
}

t.test('the timeline names whoever has the address', async t => {
  const stranger = { kind: 'stranger', code: 'other-mac', address, mac: other } as const
  t.match(strangerWords(stranger, 'node1'), `10.77.0.20 is ${other} now`)
})
