import t from 'tap'
import { type Ipv4, parseIpv4, parseSubnet, toHex } from '../../src/wire/address.ts'
import { routesOfBytes, routesToBytes } from '../../src/wire/classless-routes.ts'
import { domainsOfBytes, domainsToBytes } from '../../src/wire/domain-names.ts'
import { WireError } from '../../src/wire/error.ts'
import { decodeRelayOptions, relayOption } from '../../src/wire/relay-options.ts'

const bytes = (...all: number[]) => Uint8Array.from(all)

t.test('sub-options of 82: no padding, no END, an empty one', async t => {
  const found = decodeRelayOptions(bytes(0, 1, 7, 255, 1, 8, relayOption.sourcePort, 0, 0, 1, 9))
  t.strictSame(
    [...found],
    [
      [0, bytes(7)],
      [255, bytes(8)],
      [19, bytes()],
    ],
  )
  t.equal(decodeRelayOptions(bytes(1)).size, 0)
  t.strictSame([...decodeRelayOptions(bytes(1, 1, 7, 5, 4, 10, 0, 0)).keys()], [1])
})

t.test('domain search: the example of RFC 3397, and ours without compression', async t => {
  const names = ['eng.apple.com', 'marketing.apple.com']
  const compressed = '03656e67056170706c6503636f6d00' + '096d61726b6574696e67c004'
  t.strictSame(domainsOfBytes(Buffer.from(compressed, 'hex')), names)
  const plain = domainsToBytes(names)
  t.equal(toHex(plain), '03656e67056170706c6503636f6d00096d61726b6574696e67056170706c6503636f6d00')
  t.strictSame(domainsOfBytes(plain), names)
  for (const broken of [
    bytes(3, 97),
    bytes(0xc0, 0),
    bytes(1, 97, 0xc0, 9),
    bytes(1, 97, 0xc0, 0),
    bytes(0xc0),
  ]) {
    t.throws(() => domainsOfBytes(broken), WireError)
  }
  t.throws(() => domainsToBytes(['a..b']), WireError)
  t.throws(() => domainsToBytes(['a'.repeat(64)]), WireError)
})

t.test('classless routes: the table of RFC 3442', async t => {
  const rows: [subnet: string, hex: string][] = [
    ['0.0.0.0/0', '00'],
    ['10.0.0.0/8', '080a'],
    ['10.0.0.0/24', '180a0000'],
    ['10.17.0.0/16', '100a11'],
    ['10.27.129.0/24', '180a1b81'],
    ['10.229.0.128/25', '190ae50080'],
    ['10.198.122.47/32', '200ac67a2f'],
  ]
  const via = parseIpv4('10.77.0.2') as Ipv4
  const routes = rows.flatMap(([subnet]) => {
    const to = parseSubnet(subnet)
    return to ? [{ to, via }] : []
  })
  const wire = routesToBytes(routes)
  t.equal(toHex(wire), rows.map(([, hex]) => `${hex}0a4d0002`).join(''))
  t.strictSame(routesOfBytes(wire), routes)
  for (const broken of [bytes(33, 0, 0, 0, 0, 0), bytes(8, 10, 1, 2, 3), bytes(0)]) {
    t.throws(() => routesOfBytes(broken), WireError)
  }
})
