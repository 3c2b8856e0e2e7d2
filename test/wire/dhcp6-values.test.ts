import t from 'tap'
import { toHex } from '../../src/wire/address.ts'
import { option6 } from '../../src/wire/dhcp6-codes.ts'
import { option6Of } from '../../src/wire/dhcp6-packet.ts'
import {
  duidOfBytes,
  duidOfUuid,
  iaAddressOfBytes,
  iaAddressToOption,
  iaNaOfBytes,
  iaNaToOption,
  lengthTextsOfBytes,
  macOfLinkLayer,
  statusToOption,
  vendorClassToOption,
} from '../../src/wire/dhcp6-values.ts'
import { WireError } from '../../src/wire/error.ts'
import { parseIpv6, unspecified6 } from '../../src/wire/ipv6.ts'
import { captured6 } from '../packets6.ts'

const duidOf = (name: string) =>
  duidOfBytes(option6Of(captured6(name).options, option6.clientId) ?? new Uint8Array())

t.test('a vendor class is what its reader makes of it', async t => {
  const [code, value] = vendorClassToOption(343, 'HTTPClient')
  t.equal(code, 16)
  t.equal(toHex(value.subarray(0, 6)), '00000157000a')
  t.strictSame(lengthTextsOfBytes(value.subarray(4)), ['HTTPClient'])
})

t.test('what real clients call themselves', async t => {
  t.strictSame(duidOf('dhclient-solicit'), { kind: 'llt', mac: '52:54:00:99:00:01' })
  t.strictSame(duidOf('dhclient-information-request'), { kind: 'll', mac: '52:54:00:99:00:01' })
  t.strictSame(duidOf('networkd-solicit'), { kind: 'en' })
  const uuid = '5f4e3d2c-1b0a-4988-8776-655443322110'
  t.strictSame(duidOf('ovmf-pxe-solicit'), { kind: 'uuid', uuid })
  t.equal(duidOf('ipxe-solicit').kind, 'uuid')
})

t.test('a DUID of another length, type or hardware names nobody', async t => {
  for (const bytes of [[], [0], [0, 4, 1], [0, 3, 0, 1, 1, 2, 3], [0, 9, 1, 2], [1, 3, 0, 1]])
    t.notMatch(duidOfBytes(Uint8Array.from(bytes)), { mac: /./ }, `${bytes}`)
  const mac = [0x52, 0x54, 0, 0, 0, 1]
  t.match(duidOfBytes(Uint8Array.from([0, 3, 0, 1, ...mac])), { mac: '52:54:00:00:00:01' })
  t.strictSame(duidOfBytes(Uint8Array.from([0, 3, 0, 32, ...mac])), { kind: 'll' }, 'InfiniBand')
  t.strictSame(
    duidOfBytes(Uint8Array.from([0, 3, 0, 1, 1, 0, 0, 0, 0, 1])),
    { kind: 'll' },
    'a group',
  )
  t.strictSame(
    duidOfBytes(Uint8Array.from([0, 3, 0, 1, 0, 0, 0, 0, 0, 0])),
    { kind: 'll' },
    'nobody',
  )
  t.equal(macOfLinkLayer(Uint8Array.from([0, 1, ...mac])), '52:54:00:00:00:01')
  t.equal(macOfLinkLayer(Uint8Array.from([0, 1, ...mac, 0])), undefined)
})

t.test('identity associations and addresses', async t => {
  const address = parseIpv6('2001:db8::5') ?? unspecified6
  const times = { preferred: 0xffffffff, valid: 60 }
  const [code, value] = iaAddressToOption({ address, ...times })
  t.equal(code, option6.iaAddress)
  t.strictSame(iaAddressOfBytes(value), { address, ...times })
  const ia = { iaid: 0xfedcba98, t1: 1, t2: 2, options: [[code, value]] as const }
  t.strictSame(iaNaOfBytes(iaNaToOption(ia)[1]), ia)
  t.throws(() => iaAddressOfBytes(value.subarray(1)), WireError)
  t.throws(() => iaNaOfBytes(new Uint8Array(11)), WireError)
  t.strictSame(statusToOption(2, 'no')[1], Uint8Array.of(0, 2, 110, 111))
})

t.test('lists of texts, up to one that runs past the end', async t => {
  t.strictSame(lengthTextsOfBytes(Uint8Array.of(0, 1, 97, 0, 0, 0, 2, 98, 99)), ['a', '', 'bc'])
  t.strictSame(lengthTextsOfBytes(Uint8Array.of(0, 1, 97, 0, 9, 98)), ['a'])
  t.strictSame(lengthTextsOfBytes(Uint8Array.of(0)), [])
})

t.test('our own DUID', async t => {
  const bytes = duidOfUuid('00112233-4455-6677-8899-aabbccddeeff')
  t.equal(Buffer.from(bytes).toString('hex'), '000400112233445566778899aabbccddeeff')
})
