import t from 'tap'
import { createRivals6, serverName } from '../../src/dhcp6/rivals.ts'
import { duidOfUuid } from '../../src/wire/dhcp6-values.ts'
import { like6, told6, world6 } from './examples.ts'

t.test('another server is told of by the client that names it', async t => {
  const w = world6()
  const dnsmasq = Uint8Array.from([0, 1, 0, 1, 1, 2, 3, 4, 0x52, 0x54, 0, 0x99, 0x99, 1])
  const outcome = w.send(like6('dhclient-request', { options: { 2: dnsmasq } }))
  t.match(told6(outcome), /a request for another server \(52:54:00:99:99:01\)/)
  t.match(outcome.why, { code: 'for-another-server', server: '52:54:00:99:99:01' })
  const duid = duidOfUuid('00112233-4455-6677-8899-aabbccddeeff')
  t.equal(serverName(duid), '000400112233445566778899aabbccddeeff')
  t.equal(serverName(new Uint8Array(130)).length, 40, 'as much as one can read')
})

t.test('a server is known for an hour after it was named, and not without end many', async t => {
  const rivals = createRivals6()
  rivals.note('lan', 'a', 0)
  rivals.note('lan', 'b', 1000)
  rivals.note('lan', 'a', 2000)
  t.strictSame(rivals.of('lan', 3000).toSorted(), ['a', 'b'])
  t.strictSame(rivals.of('other', 3000), [])
  t.strictSame(rivals.of('lan', 3_601_500), ['a'])
  for (let n = 0; n < 100; n++) rivals.note('lan', `forged ${n}`, 4000)
  t.equal(rivals.of('lan', 4000).length, 16)
})
