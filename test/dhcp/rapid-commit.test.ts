import t from 'tap'
import { option } from '../../src/wire/dhcp-codes.ts'
import { me, told } from './conversation.ts'
import { bytesOf, ip, like, mac, network, now, world } from './examples.ts'

const quick = [network({ rapidCommit: true })]
const options = { [option.rapidCommit]: new Uint8Array(), 50: bytesOf('10.77.0.60') }
const discover = like('dhclient-discover', { options })

t.test(
  'a DISCOVER with option 80 is answered with the lease, where the network allows it',
  async t => {
    const w = world({ networks: quick })
    const outcome = w.send(discover)
    t.equal(told(outcome), 'ack 10.77.0.60 -> 255.255.255.255:68')
    t.match(outcome.lease, { mac: me, start: now, end: now + 3_600_000, state: 'active' })
    t.strictSame(outcome.kind === 'reply' && outcome.reply.options.get(80), new Uint8Array())
    const later = w.send(like('dhclient-discover', { options: { ...options, 80: undefined } }))
    t.equal(told(later), 'offer 10.77.0.60 -> 255.255.255.255:68', 'a client that does not ask')
    t.notOk(later.kind === 'reply' && later.reply.options.has(80))
  },
)

t.test('by default it is an offer: another server may be there', async t => {
  const outcome = world().send(discover)
  t.equal(told(outcome), 'offer 10.77.0.60 -> 255.255.255.255:68')
  t.notOk(outcome.lease)
})

t.test('an address that is not to be had is not committed', async t => {
  const w = world({ networks: [network({ rapidCommit: true, leaseTo: 'hosts' })] })
  const outcome = w.send(like('dhclient-discover', { options, mac: mac('52:54:00:00:00:09') }))
  t.match(told(outcome), /leases to hosts only/)
  t.notOk(outcome.lease)
})

t.test('rubbish in ciaddr of a DISCOVER sends the lease to nobody else', async t => {
  const w = world({ networks: quick })
  // Without option 50, beside which ciaddr does not count anyway.
  const asks = { [option.rapidCommit]: new Uint8Array(), 50: undefined }
  const packet = like('dhclient-discover', { options: asks, ciaddr: ip('117.0.0.0') })
  t.match(told(w.send(packet)), /^ack 10\.77\.0\.\d+ -> 255\.255\.255\.255:68$/)
})
