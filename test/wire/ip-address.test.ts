import t from 'tap'
import { formatIpAddress, parseIpAddress } from '../../src/wire/ip-address.ts'

t.test('an address of either family, as a socket says it', async t => {
  const rows: [text: string, read: string | undefined][] = [
    ['10.77.0.20', '10.77.0.20'],
    ['2001:DB8::1', '2001:db8::1'],
    ['fe80::1%br0', 'fe80::1'],
    ['::ffff:10.77.0.20', '10.77.0.20'],
    ['::FFFF:a4d:14', '10.77.0.20'],
    ['::ffff:0:0', '0.0.0.0'],
    ['::ffff:14', '::ffff:14'],
    ['', undefined],
    ['::1%', undefined],
    ['10.77.0.20%br0', undefined],
    ['node1', undefined],
  ]
  for (const [text, read] of rows) {
    const address = parseIpAddress(text)
    t.equal(address === undefined ? undefined : formatIpAddress(address), read, text)
  }
})
