import t from 'tap'
import { parseIpv4 } from '../../src/wire/address.ts'
import {
  addressesOfBytes,
  addressesToBytes,
  addressOfBytes,
  terminatedTextToBytes,
  textOfBytes,
  textToBytes,
  u8OfBytes,
  u16ListOfBytes,
  u16OfBytes,
  u16ToBytes,
  u32OfBytes,
  u32ToBytes,
  userClassesOfBytes,
  uuidOfBytes,
} from '../../src/wire/dhcp-values.ts'
import { WireError } from '../../src/wire/error.ts'

const uuid = '11223344-5566-7788-99aa-bbccddeeff01'

t.test('addresses', async t => {
  const list = ['10.0.0.1', '255.255.255.255'].flatMap(text => parseIpv4(text) ?? [])
  t.strictSame(addressesOfBytes(addressesToBytes(list)), list)
  t.equal(addressOfBytes(Uint8Array.of(255, 255, 255, 255)), 0xffffffff)
  t.throws(() => addressOfBytes(Uint8Array.of(1, 2, 3)), WireError)
  t.throws(() => addressOfBytes(Uint8Array.of(1, 2, 3, 4, 5)), WireError)
  t.throws(() => addressesOfBytes(Uint8Array.of(1, 2, 3, 4, 5)), WireError)
})

t.test('text loses the NULs behind it, and only those', async t => {
  t.equal(textOfBytes(Uint8Array.of(97, 0, 98, 0, 0)), 'a\0b')
  t.equal(textOfBytes(new Uint8Array()), '')
  t.equal(textOfBytes(textToBytes('Röck')), 'Röck')
  t.equal(terminatedTextToBytes('ab').at(-1), 0)
})

t.test('numbers are big-endian and have their length', async t => {
  t.equal(u8OfBytes(Uint8Array.of(7)), 7)
  t.equal(u16OfBytes(u16ToBytes(0x1234)), 0x1234)
  t.equal(u32OfBytes(u32ToBytes(0xfedcba98)), 0xfedcba98)
  t.throws(() => u8OfBytes(new Uint8Array()), WireError)
  t.throws(() => u16OfBytes(Uint8Array.of(1)), WireError)
  t.throws(() => u32OfBytes(Uint8Array.of(1, 2)), WireError)
  t.strictSame(u16ListOfBytes(Uint8Array.of(0, 7, 0, 16, 9)), [7, 16])
})

function uuidBytes(): Uint8Array {
  return Uint8Array.from(
    '00 44332211 6655 8877 99aa bbccddeeff01'.replaceAll(' ', '').match(/../g) ?? [],
    pair => Number.parseInt(pair, 16),
  )
}

t.test('the first three fields of a UUID are little-endian on the wire', async t => {
  t.equal(uuidOfBytes(uuidBytes()), uuid)
})

t.test('what is no UUID is none', async t => {
  for (const bytes of [
    new Uint8Array(),
    new Uint8Array(16),
    new Uint8Array(17),
    new Uint8Array(17).fill(255, 1),
    uuidBytes().fill(1, 0, 1),
  ]) {
    t.equal(uuidOfBytes(bytes), undefined)
  }
})

t.test('user classes: raw as iPXE sends them, and the list of RFC 3004', async t => {
  t.strictSame(userClassesOfBytes(textToBytes('iPXE')), ['iPXE'])
  t.strictSame(userClassesOfBytes(Uint8Array.of(4, ...textToBytes('iPXE'))), ['iPXE'])
  const two = Uint8Array.of(1, 97, 4, ...textToBytes('iPXE'))
  t.strictSame(userClassesOfBytes(two), ['a', 'iPXE'])
  t.strictSame(userClassesOfBytes(new Uint8Array()), [])
})
