import t from 'tap'
import { toHex } from '../../src/wire/address.ts'
import { WireError } from '../../src/wire/error.ts'
import {
  dataHeaderBytes,
  decodeTftp,
  encodeTftp,
  type TftpPacket,
  writeDataHeader,
} from '../../src/wire/tftp-packet.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

// What EDK2's PXE client sends first, byte for byte.
const rrq = bytesOf('\0\x01ipxe.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0')

const samples: readonly (readonly [string, TftpPacket])[] = [
  ['000161006f6374657400', { kind: 'rrq', file: 'a', mode: 'octet', options: new Map() }],
  ['00026200666f6f00', { kind: 'wrq', file: 'b', mode: 'foo', options: new Map() }],
  ['0003ffff010203', { kind: 'data', block: 65_535, payload: Uint8Array.of(1, 2, 3) }],
  ['00030001', { kind: 'data', block: 1, payload: new Uint8Array() }],
  ['00041234', { kind: 'ack', block: 0x1234 }],
  ['000500014e6f00', { kind: 'error', code: 1, text: 'No' }],
  ['00067473697a65003900', { kind: 'oack', options: new Map([['tsize', '9']]) }],
]

for (const [hex, packet] of samples) {
  t.test(`${packet.kind} ${hex} both ways`, async t => {
    t.equal(toHex(encodeTftp(packet)), hex)
    t.strictSame(decodeTftp(Uint8Array.from(Buffer.from(hex, 'hex'))), packet)
  })
}

t.test('a request of EDK2', async t => {
  const options = { tsize: '0', blksize: '1468', windowsize: '4' }
  t.strictSame(decodeTftp(rrq), {
    kind: 'rrq',
    file: 'ipxe.efi',
    mode: 'octet',
    options: new Map(Object.entries(options)),
  })
})

t.test('mode and option names in any case', async t => {
  const packet = decodeTftp(bytesOf('\0\x01a\0OcTeT\0BLKSIZE\x00512\0'))
  t.match(packet, { mode: 'octet', options: new Map([['blksize', '512']]) })
})

t.test('of an option that comes twice the first counts', async t => {
  const packet = decodeTftp(bytesOf('\0\x01a\0octet\0tsize\x000\0tsize\x007\0'))
  t.strictSame(packet.kind === 'rrq' && [...packet.options], [['tsize', '0']])
})

t.test('a request padded with zeros, as some ROMs send it', async t => {
  const padded = new Uint8Array(512)
  padded.set(bytesOf('\0\x01a\0octet\0tsize\x000\0'))
  const packet = decodeTftp(padded)
  t.strictSame(packet.kind === 'rrq' && [...packet.options], [['tsize', '0']])
})

t.test('an option without its value is left out', async t => {
  const packet = decodeTftp(bytesOf('\0\x01a\0octet\0tsize\0'))
  t.strictSame(packet.kind === 'rrq' && packet.options.size, 0)
})

t.test('an error without text, and one without its NUL', async t => {
  t.match(decodeTftp(bytesOf('\0\x05\0\0')), { code: 0, text: '' })
  t.match(decodeTftp(bytesOf('\0\x05\0\x08no')), { code: 8, text: 'no' })
})

t.test('broken packets are a WireError', async t => {
  const broken = [
    '',
    '\0',
    '\0\0',
    '\0\x07',
    '\x01\0',
    '\0\x04\0',
    '\0\x03\0',
    '\0\x01a',
    '\0\x01a\0octet',
    `\0\x01${'a'.repeat(2000)}\0octet\0`,
  ]
  for (const text of broken) {
    t.throws(() => decodeTftp(bytesOf(text)), WireError, JSON.stringify(text.slice(0, 20)))
  }
})

t.test('a NUL inside a text is not written', async t => {
  const packet = { kind: 'rrq', file: 'a\0b', mode: 'octet', options: new Map() } as const
  t.throws(() => encodeTftp(packet), WireError)
})

t.test('the text of an error is cut at 500 bytes', async t => {
  t.equal(encodeTftp({ kind: 'error', code: 0, text: 'x'.repeat(900) }).length, 505)
})

t.test('a data header wraps the block number to 0', async t => {
  const packet = new Uint8Array(dataHeaderBytes + 1).fill(7)
  writeDataHeader(packet, 65_536)
  t.equal(toHex(packet), '0003000007')
  writeDataHeader(packet, 70_000)
  t.equal(toHex(packet), '0003117007')
})

t.test(
  'every truncation and every flipped byte is read or refused, never anything else',
  async t => {
    const packets = [rrq, ...samples.map(([, packet]) => encodeTftp(packet))]
    let refused = 0
    for (const packet of packets) {
      for (const broken of [...truncations(packet), ...flips(packet)]) {
        try {
          decodeTftp(broken)
        } catch (error) {
          refused++
          if (!(error instanceof WireError)) throw error
        }
      }
    }
    t.ok(refused > 0)
  },
)

function* truncations(packet: Uint8Array) {
  for (let length = 0; length < packet.length; length++) yield packet.subarray(0, length)
}

function* flips(packet: Uint8Array) {
  for (let at = 0; at < packet.length; at++) {
    for (const mask of [1, 0x80, 0xff])
      yield packet.map((byte, i) => (i === at ? byte ^ mask : byte))
  }
}
