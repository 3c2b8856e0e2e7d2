import t from 'tap'
import { portNamesOf } from '../../src/wire/port-names.ts'
import { decodeRelayOptions } from '../../src/wire/relay-options.ts'

const text = (words: string) => Buffer.from(words)
const hex = (words: string) => Buffer.from(words.replaceAll(' ', ''), 'hex')

function names(circuit: Uint8Array | undefined, remote?: Uint8Array) {
  const sub = (code: number, value?: Uint8Array) =>
    value ? [Uint8Array.of(code, value.length), value] : []
  return portNamesOf(decodeRelayOptions(Buffer.concat([...sub(1, circuit), ...sub(2, remote)])))
}

t.test('the best way to write it comes first', async t => {
  const rows: [string, Uint8Array | undefined, Uint8Array | undefined, string | undefined][] = [
    ['Arista', text('Ethernet12'), text('LEAF7'), 'LEAF7/Ethernet12'],
    ['Juniper', text('ge-0/0/1.0:vlan7'), text('ex7'), 'ex7/ge-0/0/1.0:vlan7'],
    ["ISC's dhcrelay -a", text('eth1'), undefined, 'eth1'],
    [
      'Cisco: VLAN, module and port; the MAC of the switch',
      hex('00 04 00 0a 01 0c'),
      hex('00 06 aa bb cc dd ee ff'),
      '00:06:aa:bb:cc:dd:ee:ff/00:04:00:0a:01:0c',
    ],
    ['text and bytes', hex('00 04 00 0a 01 0c'), text('sw1'), 'sw1/00:04:00:0a:01:0c'],
    ['what a terminal would obey', hex('1b 5b 41'), undefined, '1b:5b:41'],
    ['no circuit', undefined, text('LEAF7'), undefined],
    ['an empty circuit', text(''), text('LEAF7'), undefined],
  ]
  for (const [name, circuit, remote, best] of rows) t.equal(names(circuit, remote)?.[0], best, name)
})

t.test('what is text may be written as hex too', async t => {
  t.strictSame(names(text('Et1'), text('L7')), [
    'L7/Et1',
    'L7/45:74:31',
    '4c:37/Et1',
    '4c:37/45:74:31',
  ])
})
