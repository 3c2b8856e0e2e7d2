import t from 'tap'
import { option } from '../../src/wire/dhcp-codes.ts'
import { leased, me, other, renew, request, told, unicast } from './conversation.ts'
import {
  bytesOf,
  type Change,
  host,
  ip,
  like,
  network,
  now,
  type World,
  world,
} from './examples.ts'

type Known = 'record' | 'no record'
type State = 'selecting ours' | 'selecting another' | 'init-reboot' | 'renewing' | 'rebinding'

const ack = (address: string, to = '255.255.255.255') => `ack ${address} -> ${to}:68`
const nak = 'nak -> 255.255.255.255:68'
const silentFor = (state: string) => `no record of it here to confirm (${state})`

/** RFC 2131 section 4.3.2, row for row. The record is 10.77.0.60; 10.77.0.61 is free. */
const rows: [state: State, known: Known, address: string, told: string][] = [
  ['selecting ours', 'record', '10.77.0.60', ack('10.77.0.60')],
  ['selecting ours', 'no record', '10.77.0.60', ack('10.77.0.60')],
  ['selecting ours', 'record', '10.77.0.200', nak],
  ['selecting ours', 'no record', '192.168.1.5', nak],
  ['selecting another', 'record', '10.77.0.60', 'it chose the DHCP server 10.99.0.1'],
  ['selecting another', 'no record', '192.168.1.5', 'it chose the DHCP server 10.99.0.1'],
  ['init-reboot', 'record', '10.77.0.60', ack('10.77.0.60')],
  ['init-reboot', 'record', '10.77.0.61', nak],
  ['init-reboot', 'record', '192.168.1.5', nak],
  ['init-reboot', 'no record', '10.77.0.60', silentFor('init-reboot')],
  ['init-reboot', 'no record', '192.168.1.5', nak],
  ['renewing', 'record', '10.77.0.60', ack('10.77.0.60', '10.77.0.60')],
  ['renewing', 'no record', '10.77.0.60', ack('10.77.0.60', '10.77.0.60')],
  ['renewing', 'no record', '10.77.0.200', nak],
  ['rebinding', 'record', '10.77.0.60', ack('10.77.0.60', '10.77.0.60')],
  ['rebinding', 'record', '10.77.0.61', 'its address here is 10.77.0.60, not 10.77.0.61'],
  ['rebinding', 'no record', '10.77.0.60', silentFor('rebinding')],
]

function send(w: World, state: State, address: string) {
  switch (state) {
    case 'selecting ours':
      return w.send(request(address, '10.77.0.1'))
    case 'selecting another':
      return w.send(request(address, '10.99.0.1'))
    case 'init-reboot':
      return w.send(request(address))
    case 'renewing':
      return w.send(renew(address), { arrival: unicast })
    case 'rebinding':
      return w.send(renew(address))
  }
}

for (const [state, known, address, says] of rows) {
  t.test(`${state}, ${known}, ${address}: ${says}`, async t => {
    const w = known === 'record' ? leased() : world()
    const outcome = send(w, state, address)
    t.equal(told(outcome), says)
    t.equal(outcome.lease !== undefined, says.startsWith('ack'), 'a lease goes with an ACK only')
  })
}

t.test(
  'a stranger where leases are for hosts is somebody else’s: no NAK about the network',
  async t => {
    const w = world({ networks: [network({ leaseTo: 'hosts' })] })
    t.equal(told(w.send(request('192.168.1.5'))), silentFor('init-reboot'))
  },
)

t.test('an address of another network behind the same relay is the wrong one there', async t => {
  const giaddr = ip('10.77.0.2')
  const outcome = world().send(request('10.88.0.9', undefined, { giaddr }))
  t.equal(told(outcome), 'nak -> 10.77.0.2:67')
  t.equal(outcome.kind === 'reply' && outcome.reply.flags, 0x8000)
})

t.test('a client that names its new address in ciaddr too has it not yet', async t => {
  const outcome = world().send(request('10.77.0.60', '10.77.0.1', { ciaddr: ip('10.77.0.60') }))
  t.equal(told(outcome), ack('10.77.0.60'))
})

t.test('the client id comes back in OFFER, ACK and NAK, as it came (RFC 6842)', async t => {
  const id = Uint8Array.of(255, 1, 2, 3)
  const options: Change['options'] = { [option.clientId]: id }
  const w = world()
  const replies = [
    w.send(like('dhclient-discover', { options })),
    w.send(request('10.77.0.60', '10.77.0.1', { options })),
    w.send(request('10.77.0.200', '10.77.0.1', { options })),
  ]
  for (const outcome of replies) {
    t.strictSame(outcome.kind === 'reply' && outcome.reply.options.get(option.clientId), id)
  }
})

t.test('a NAK says why, and gives nothing', async t => {
  const outcome = leased().send(request('10.77.0.61'))
  if (outcome.kind === 'none') return t.fail(outcome.reason)
  const { yiaddr, siaddr, ciaddr, file, options } = outcome.reply
  t.strictSame([yiaddr, siaddr, ciaddr, file], [0, 0, 0, ''])
  t.strictSame([...options.keys()], [53, 54, 56])
})

t.test('a quarantined address ends its quarantine, a reservation too', async t => {
  const w = leased({ hosts: [{ host: host('node1', me, '10.77.0.20') }] })
  w.send(request('10.77.0.20', '10.77.0.1'))
  w.send(request('10.77.0.20', '10.77.0.1', { asked: 'decline' }))
  const discover = (at: number) => told(w.send(like('dhclient-discover'), { at }))
  t.notMatch(discover(now + 599_000), /10\.77\.0\.20/)
  t.match(discover(now + 600_000), /^offer 10\.77\.0\.20/)
})

t.test('a release is for one machine and one address, and takes nothing from others', async t => {
  const w = leased()
  w.send(request('10.77.0.61', '10.77.0.1', { mac: other }))
  const release = (stranger: boolean, address: string) =>
    w.send(
      like('dhclient-release', {
        ...(stranger ? { mac: other } : {}),
        ciaddr: ip(address),
        options: { 54: bytesOf('10.77.0.1') },
      }),
      { arrival: unicast },
    )
  t.notOk(release(true, '10.77.0.60').lease)
  t.match(release(false, '10.77.0.60').lease, { mac: me, state: 'released' })
  t.equal(w.leases.get(ip('10.77.0.61'))?.state, 'active')
  t.match(told(w.send(like('dhclient-discover'))), /^offer 10\.77\.0\.60/, 'it gets the same again')
})
