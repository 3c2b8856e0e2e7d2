import t from 'tap'
import { option6 } from '../../src/wire/dhcp6-codes.ts'
import { option6Of } from '../../src/wire/dhcp6-packet.ts'
import { iaNaOfBytes } from '../../src/wire/dhcp6-values.ts'
import { parseRange6 } from '../../src/wire/ipv6.ts'
import {
  firmware,
  host6,
  ip6,
  like6,
  network6,
  now,
  ourDuid,
  system,
  told6,
  world6,
} from './examples.ts'

const its = '2001:db8:77::101'
const taken = { addresses: [its] }

t.test('SOLICIT, REQUEST, RENEW, REBIND: one address, for the time of the network', async t => {
  const w = world6()
  t.equal(told6(w.send(like6('dhclient-solicit'))), `advertise ${its} 3600`)
  t.equal(w.leases.size, 0, 'an offer is no lease')
  const outcome = w.send(like6('dhclient-request', taken))
  t.equal(told6(outcome), `reply ${its} 3600`)
  t.match(w.leases.get(ip6(its)), { mac: system, state: 'active', end: now + 3_600_000 })
  if (outcome.kind !== 'reply') return
  const { options } = outcome.reply
  const ia = iaNaOfBytes(option6Of(options, option6.iaNa) ?? new Uint8Array())
  t.match(ia, { t1: 1800, t2: 2880 })
  t.strictSame(option6Of(options, option6.serverId), ourDuid)
  const sent = like6('dhclient-request')
  t.strictSame(
    option6Of(options, option6.clientId),
    option6Of(sent.options, option6.clientId),
    'who it calls itself comes back',
  )
  const later = now + 1_800_000
  t.equal(told6(w.send(like6('dhclient-renew', taken), { at: later })), `reply ${its} 3600`)
  t.match(w.leases.get(ip6(its)), { start: now, end: later + 3_600_000 })
  const rebind = like6('dhclient-solicit', { asked: 'rebind' })
  t.equal(told6(w.send(rebind, { at: later })), `reply ${its} 3600`)
})

t.test('who is not known here asks another server when it rebinds', async t => {
  const rebind = like6('dhclient-renew', {
    asked: 'rebind',
    ...taken,
    options: { [option6.serverId]: undefined },
  })
  t.match(told6(world6().send(rebind)), /no record of it here/)
  const hosts = [{ host: host6('node1', system, '2001:db8:77::20') }]
  t.equal(
    told6(world6({ hosts }).send(rebind)),
    `reply 2001:db8:77::20 3600 ${its} 0`,
    'but a reservation is known, and the address of before ends',
  )
})

t.test(
  'firmware, iPXE and system of one machine have one address, whatever they call themselves',
  async t => {
    const w = world6()
    const arrival = { source: ip6('fe80::5054:ff:fe12:3458') }
    const first = told6(w.send(like6('ovmf-pxe-solicit'), { arrival }))
    t.equal(first, 'advertise 2001:db8:77::158 3600')
    w.send(like6('ovmf-pxe-request', { addresses: [] }), { arrival })
    t.equal(told6(w.send(like6('ipxe-solicit'), { arrival })), first)
    t.equal(told6(w.send(like6('networkd-solicit'), { arrival })), first)
    t.equal(w.leases.size, 1)
  },
)

t.test('a driver of EDK2 gives back what the next one has: it stays', async t => {
  const w = world6()
  const arrival = { source: ip6('fe80::5054:ff:fe12:3458') }
  const address = '2001:db8:77::158'
  w.send(like6('ovmf-pxe-request', { addresses: [], iaid: 1 }), { arrival })
  w.send(like6('ovmf-pxe-request', { addresses: [], iaid: 2 }), { arrival })
  const release = (iaid: number) =>
    w.send(like6('ovmf-pxe-release', { addresses: [address], iaid }), { arrival })
  t.equal(told6(release(1)), 'reply status 0 status 3')
  t.equal(w.leases.get(ip6(address))?.state, 'active')
  t.equal(told6(release(2)), 'reply status 0')
  t.equal(w.leases.get(ip6(address))?.state, 'released')
})

t.test('a released address rests for its machine, and goes to nobody else', async t => {
  const range = parseRange6(`${its}-${its}`)
  const w = world6({ networks: [network6({}, range ? { range } : {})] })
  w.send(like6('dhclient-request', taken))
  w.send(like6('dhclient-release', { ...taken }))
  t.equal(w.leases.get(ip6(its))?.state, 'released')
  const other = { source: ip6('fe80::5054:ff:fe00:2') }
  const ask = (at: number, arrival = {}) => told6(w.send(like6('dhcpcd-solicit'), { at, arrival }))
  t.match(ask(now + 60_000, other), /no address of the range is free/)
  t.equal(ask(now + 170_000), `advertise ${its} 3600`)
  t.match(ask(now + 200_000, other), /no address of the range is free/, 'it is offered to its own')
  t.equal(ask(now + 400_000, other), `advertise ${its} 3600`)
})

t.test('a reservation goes before all else, and is nobody else’s', async t => {
  const hosts = [{ host: host6('node1', firmware, its) }]
  const w = world6({ hosts })
  t.equal(told6(w.send(like6('dhclient-solicit'))), 'advertise 2001:db8:77::102 3600')
  const request = told6(w.send(like6('dhclient-request', taken)))
  t.equal(request, `reply 2001:db8:77::102 3600 ${its} 0`)
  const arrival = { source: ip6('fe80::5054:ff:fe12:3458') }
  t.equal(told6(w.send(like6('ovmf-pxe-solicit'), { arrival })), `advertise ${its} 3600`)
})

t.test('leaseTo: hosts', async t => {
  const w = world6({
    networks: [network6({ leaseTo: 'hosts' })],
    hosts: [{ host: host6('node1', firmware) }],
  })
  t.match(told6(w.send(like6('dhclient-solicit'))), /not a host of the config/)
  t.equal(told6(w.send(like6('dhclient-request', taken))), 'reply status 2')
  const arrival = { source: ip6('fe80::5054:ff:fe12:3458') }
  t.match(told6(w.send(like6('ovmf-pxe-solicit'), { arrival })), /^advertise/)
})

t.test('Rapid Commit where the network says so', async t => {
  t.match(told6(world6().send(like6('dhcp6c-solicit'))), /^advertise/)
  const w = world6({ networks: [network6({ rapidCommit: true })] })
  const outcome = w.send(like6('dhcp6c-solicit'))
  t.equal(told6(outcome), `reply ${its} 3600`)
  t.equal(w.leases.size, 1)
  t.ok(outcome.kind === 'reply' && option6Of(outcome.reply.options, option6.rapidCommit))
  t.match(told6(w.send(like6('dhclient-solicit'))), /^advertise/, 'who does not ask for it')
})

t.test('CONFIRM is about the link alone', async t => {
  const w = world6()
  t.equal(told6(w.send(like6('dhclient-confirm', taken))), 'reply status 0')
  const moved = like6('dhclient-confirm', { addresses: [its, '2001:db8:99::5'] })
  t.equal(told6(w.send(moved)), 'reply status 4')
  t.match(told6(w.send(like6('dhclient-confirm', { addresses: [] }))), /names no address/)
  t.equal(w.leases.size, 0)
})

t.test('DECLINE: the address is left alone, unless it is reserved', async t => {
  const w = world6()
  w.send(like6('dhclient-request', taken))
  const decline = like6('dhclient-release', { asked: 'decline', ...taken })
  t.equal(told6(w.send(decline)), 'reply status 0')
  t.match(w.leases.get(ip6(its)), { state: 'declined', end: now + 600_000 })
  t.equal(told6(w.send(like6('dhclient-solicit'))), 'advertise 2001:db8:77::102 3600')
  const other = { source: ip6('fe80::5054:ff:fe00:2') }
  const foreign = w.send(
    like6('dhclient-release', { asked: 'decline', addresses: ['2001:db8:77::102'] }),
    {
      arrival: other,
    },
  )
  t.match(foreign.reason, /it was not given/)

  const reserved = world6({ hosts: [{ host: host6('node1', system, its) }] })
  reserved.send(like6('dhclient-request', taken))
  reserved.send(decline)
  t.equal(reserved.leases.get(ip6(its))?.state, 'active', 'anybody can write one')
})

t.test('INFORMATION-REQUEST gets settings and no address', async t => {
  const networks = [network6({ domain: 'lab.example' }, { dns: [ip6('2001:db8:77::53')] })]
  const outcome = world6({ networks }).send(like6('dhclient-information-request'))
  t.equal(told6(outcome), 'reply')
  if (outcome.kind !== 'reply') return
  const { options } = outcome.reply
  t.equal(option6Of(options, option6.dns)?.length, 16)
  t.equal(option6Of(options, option6.domainSearch)?.length, 13)
  const anonymous = like6('dhclient-information-request', {
    options: { [option6.clientId]: undefined },
  })
  t.equal(told6(world6({ networks }).send(anonymous)), 'reply', 'also to who does not name itself')
})

t.test('one address for a machine: a second association gets none, prefixes neither', async t => {
  const solicit = like6('dhclient-solicit')
  const second = [option6.iaNa, new Uint8Array(12)] as const
  const prefix = [option6.iaPd, new Uint8Array(12)] as const
  const outcome = world6().send({ ...solicit, options: [...solicit.options, second, prefix] })
  t.equal(told6(outcome), `advertise ${its} 3600 status 2`)
  t.ok(outcome.kind === 'reply' && option6Of(outcome.reply.options, option6.iaPd))
  const none = like6('dhclient-solicit', { options: { [option6.iaNa]: undefined } })
  t.match(told6(world6().send(none)), /asks for no address/)
})

t.test('what RFC 8415 says to discard', async t => {
  const w = world6()
  const other = { [option6.serverId]: Uint8Array.of(0, 3, 0, 1, 1, 2, 3) }
  const rows: [ReturnType<typeof like6>, RegExp][] = [
    [like6('dhclient-solicit', { options: other }), /names a server/],
    [like6('dhclient-confirm', { options: other }), /names a server/],
    [like6('dhclient-request', { options: other }), /for another server/],
    [like6('dhclient-information-request', { options: other }), /for another server/],
    [like6('dhclient-request', { options: { [option6.serverId]: undefined } }), /names no server/],
    [like6('dhclient-renew', { options: { [option6.serverId]: undefined } }), /names no server/],
    [
      like6('dhclient-solicit', { options: { [option6.clientId]: undefined } }),
      /without a client id/,
    ],
    [
      like6('dhclient-solicit', { options: { [option6.clientId]: new Uint8Array(131) } }),
      /without a/,
    ],
    [like6('dnsmasq-advertise'), /does not send advertise/],
    [like6('dhclient-solicit', { options: { [option6.iaNa]: new Uint8Array(11) } }), /malformed/],
    [{ ...like6('dhclient-solicit'), type: 99 }, /no DHCP message type/],
  ]
  for (const [packet, reason] of rows) t.match(told6(w.send(packet)), reason)
  t.equal(w.leases.size, 0)
})
