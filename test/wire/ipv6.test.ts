import t from 'tap'
import { parseMac } from '../../src/wire/address.ts'
import { WireError } from '../../src/wire/error.ts'
import {
  block6Contains,
  formatSubnet6,
  ipv6OfBytes,
  ipv6OfNumber,
  ipv6ToBytes,
  ipv6ToNumber,
  isLinkLocal,
  macOfLinkLocal,
  parseIpv6,
  parseRange6,
  parseSubnet6,
} from '../../src/wire/ipv6.ts'

t.test('one address has one spelling (RFC 5952)', async t => {
  const rows: [written: string, canonical: string][] = [
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8::0001', '2001:db8::1'],
    ['2001:db8:0:0:0:0:2:1', '2001:db8::2:1'],
    ['2001:db8::1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['fe80:0:0:0:5054:ff:fe12:3456', 'fe80::5054:ff:fe12:3456'],
  ]
  for (const [text, canonical] of rows) {
    const address = parseIpv6(text)
    t.equal(address, canonical, text)
    if (address === undefined) continue
    t.equal(ipv6OfBytes(ipv6ToBytes(address)), address)
    t.equal(ipv6OfNumber(ipv6ToNumber(address)), address)
  }
})

t.test('what is none is refused', async t => {
  const rows = [
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    'g::',
    '12345::',
  ]
  const more = [
    '1:2:3:4:5:6:7::8',
    '::1%eth0',
    '[::1]',
    '::10.0.0',
    '::10.0.0.256',
    '1.2.3.4::',
    ' ::1',
  ]
  for (const text of [...rows, ...more, '10.0.0.1', '::1/64', '1:2:3:4:5:6:7:', ':1:2:3:4:5:6:7'])
    t.equal(parseIpv6(text), undefined, text)
  t.throws(() => ipv6OfBytes(new Uint8Array(15)), WireError)
})

t.test('subnets and ranges', async t => {
  const subnet = parseSubnet6('2001:db8:1:2:3::9/64')
  if (!subnet) return t.fail('no subnet')
  t.equal(formatSubnet6(subnet), '2001:db8:1:2::/64', 'host bits are cleared')
  const [inside, outside] = ['2001:db8:1:2:ffff::', '2001:db8:1:3::'].map(parseIpv6)
  if (inside === undefined || outside === undefined) return t.fail('no address')
  t.ok(block6Contains(subnet, inside))
  t.notOk(block6Contains(subnet, outside))
  const all = parseSubnet6('::/0')
  t.ok(all && block6Contains(all, outside))
  for (const text of ['::', '::/', '::/129', '::/-1', '::/1/2', 'x/64', '::/1e1'])
    t.equal(parseSubnet6(text), undefined, text)

  const range = parseRange6('2001:db8:1:2::ffff - 2001:DB8:1:2:ffff::')
  if (!range) return t.fail('no range')
  t.ok(block6Contains(range, range.from) && block6Contains(range, inside))
  t.notOk(block6Contains(range, subnet.base))
  for (const text of ['::2-::1', '::1', '::1-', '::1-::2-::3'])
    t.equal(parseRange6(text), undefined)
})

t.test('the MAC in a link-local address', async t => {
  const mac = parseMac('52:54:00:12:34:56')
  if (!mac) return t.fail('no MAC')
  const address = parseIpv6('fe80::5054:ff:fe12:3456')
  if (address === undefined) return t.fail('no address')
  t.equal(macOfLinkLocal(address), mac)
  t.ok(isLinkLocal(address))
  const others = [
    'fe80::1',
    'fe80::5054:ff:fd12:3456',
    '2001:db8::5054:ff:fe12:3456',
    'fe80::5354:ff:fe12:3456',
  ]
  for (const text of others) t.equal(macOfLinkLocal(parseIpv6(text) ?? address), undefined, text)
})
