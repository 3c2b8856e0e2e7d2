import t from 'tap'
import { createDhcpDesk } from '../../src/dhcp/desk.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import type { Mac } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { me, renew, request, told } from './conversation.ts'
import { bytesOf, host, ip, like, network, now, type World, world } from './examples.ts'

const server = '10.77.0.1'
const minute = 60_000

/** A packet of the client with this client id. */
function by(id: string, packet: DhcpPacket): DhcpPacket {
  const options = new Map(packet.options)
  return { ...packet, options: options.set(option.clientId, Buffer.from(`\0${id}`)) }
}

/** DISCOVER and REQUEST; the address it ends with. */
function takes(w: World, id: string, at = now): string | undefined {
  const offered = /^offer (\S+)/.exec(
    told(w.send(by(id, like('dhclient-discover', { mac: me })), { at })),
  )?.[1]
  const taken = w.send(by(id, request(offered, server, { mac: me })), { at })
  return /^ack (\S+)/.exec(told(taken))?.[1]
}

function renews(w: World, id: string, address: string, at: number): string {
  const arrival = { broadcast: false, source: { address: ip(address), port: 68 } }
  return told(w.send(by(id, renew(address)), { at, arrival }))
}

t.test(
  'two clients behind one MAC have an address each, once the first is known to live',
  async t => {
    const w = world({ hosts: [{ host: host('node1', me) }] })
    const first = takes(w, 'one') ?? ''
    t.match(renews(w, 'one', first, now + minute), `ack ${first} `)
    const second = takes(w, 'two', now + 2 * minute) ?? ''
    t.match(second, /^10\.77\.0\./)
    t.not(second, first)
    t.match(renews(w, 'one', first, now + 3 * minute), `ack ${first} `)
    t.match(renews(w, 'two', second, now + 3 * minute), `ack ${second} `)
    t.equal(takes(w, 'two', now + 4 * minute), second, 'also when it begins anew')
    t.equal(takes(w, 'one', now + 4 * minute), first)
    t.match(w.leases.get(ip(second)), { holder: 'apart', mac: me })
    const named = w.send(by('two', like('dhclient-discover', { mac: me })), {
      at: now + 5 * minute,
    })
    t.notOk(
      named.kind === 'reply' && named.reply.options.has(option.hostName),
      'node1 is the other',
    )
  },
)

t.test('another client id alone is the next program of the machine', async t => {
  const w = world()
  t.equal(takes(w, 'two'), takes(w, 'one'))
})

t.test('firmware and loaders keep the address, whoever renews it', async t => {
  const w = world({ hosts: [{ host: host('node1', me), due: true }] })
  const first = takes(w, 'one') ?? ''
  renews(w, 'one', first, now + minute)
  for (const loader of ['ovmf-x64-discover', 'ipxe-rom-bios-discover', 'snponly-discover']) {
    const offer = w.send(by('rom', like(loader, { mac: me })), { at: now + 2 * minute })
    t.match(told(offer), `offer ${first} `, loader)
  }
})

t.test('behind a relay nobody is moved off a reservation', async t => {
  const relayed = { giaddr: ip('10.77.0.254') }
  const w = world({ hosts: [{ host: host('node1', me, '10.77.0.20') }] })
  takes(w, 'one')
  renews(w, 'one', '10.77.0.20', now + minute)
  const offer = w.send(by('two', like('dhclient-discover', { mac: me, ...relayed })), {
    at: now + 2 * minute,
  })
  t.match(told(offer), 'offer 10.77.0.20 ')
})

t.test('a client gives back its own address and no other', async t => {
  const w = world()
  const first = takes(w, 'one') ?? ''
  renews(w, 'one', first, now + minute)
  const second = takes(w, 'two', now + minute) ?? ''
  const release = (id: string, address: string) =>
    w.send(
      by(
        id,
        like('dhclient-release', {
          mac: me,
          ciaddr: ip(address),
          options: { 54: bytesOf(server) },
        }),
      ),
    )
  release('two', first)
  t.match(w.leases.get(ip(first)), { state: 'active' })
  release('two', second)
  t.match(w.leases.get(ip(second)), { state: 'released' })
})

t.test('who makes up client ids does not get the range', async t => {
  const w = world()
  const first = takes(w, 'one') ?? ''
  renews(w, 'one', first, now + minute)
  for (let n = 0; n < 90; n++) takes(w, `made-up-${n}`, now + 2 * minute)
  t.ok(w.leases.size <= 65, `${w.leases.size} addresses`)
  const next = w.send(by('more', like('dhclient-discover', { mac: me })), { at: now + 3 * minute })
  t.match(told(next), 'clients behind its MAC have addresses of their own')
})

/** `one` has renewed; `two` asks by the desk, where `answers` answer ARP at the address. */
async function asked(answers: readonly Mac[]): Promise<Outcome> {
  const local = network({ interface: 'eth-none' })
  const w = world({ networks: [local] })
  const first = takes(w, 'one') ?? ''
  renews(w, 'one', first, now + minute)
  const seen = Promise.withResolvers<Outcome>()
  const desk = createDhcpDesk({
    deps: w.deps,
    commit: async lease => void w.leases.set(lease.address, lease),
    seen: outcome => seen.resolve(outcome),
    now: () => now + 2 * minute,
    log: { debug() {}, error() {} },
    answersAt: async (_, address) => (address === ip(first) ? answers : []),
  })
  const source = { address: ip('0.0.0.0'), port: 68 }
  const from = { network: local, broadcast: true, port: 'dhcp', source, serverPort: 67 } as const
  desk.receive(encodeDhcp(by('two', like('dhclient-discover', { mac: me }))), from, () => {})
  const outcome = await seen.promise
  t.equal(/^offer (\S+)/.exec(told(outcome))?.[1] === first, !answers.includes(me))
  return outcome
}

t.test('on a link of ours the address itself is asked whether it is in use', async t => {
  t.match((await asked([me])).reason, 'to another client behind its MAC')
  t.notMatch((await asked([])).reason, 'another client', 'the machine has another system now')
})
