import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Reason } from '../../src/boot/reason.ts'
import { dhcpDeps, learn } from '../../src/daemon/doors/dhcp-desk.ts'
import { createDhcpDesk } from '../../src/dhcp/desk.ts'
import { handle } from '../../src/dhcp/handle.ts'
import type { Arrival } from '../../src/dhcp/network.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { sawPacket } from '../../src/record/seen-packet.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { startHttp } from '../http/daemon.ts'
import { captures } from '../packets.ts'
import { bytesOf, type Change, ip, like, mac } from './examples.ts'

/** A host of the config that nobody ever saw, and whose profile says `ask: first-boot`. */
const fresh = mac('52:54:00:12:34:5b')
const node1 = mac('52:54:00:12:34:56')
const [from, to] = ['127.0.0.20', '127.0.0.29'].map(ip) as [Ipv4, Ipv4]

/** The desk over a real database and all that stands behind it, without sockets and timelines. */
async function openDoor(t: Test, mode: 'server' | 'proxy' | 'none') {
  const range = mode === 'server' ? 'server, range: 127.0.0.20-127.0.0.29' : mode
  const { wired, folder, state } = await startHttp(t, '', { mode: range })
  const { world, memory, log } = wired
  const deps = dhcpDeps(wired)
  const shut: Reason[] = []
  let outcome: Outcome | undefined
  const desk = createDhcpDesk({
    deps,
    commit: memory.leases.save,
    learn: news => learn(news, wired),
    seen(seen, packet) {
      outcome = seen
      sawPacket(wired.timeline, seen, packet, () => [])
    },
    shut: () => shut[0],
    log,
  })
  const silentDesk = createDhcpDesk({
    ...{ deps, log, commit: memory.leases.save, shut: () => shut[0] },
    learn: news => learn(news, wired),
    seen(seen) {
      outcome = seen
    },
  })
  const arrivalBy = (port: Arrival['port'], broadcast: boolean): Arrival => {
    const [network] = world.networks4()
    const source = { address: ip('127.0.0.9'), port: 68 }
    return { broadcast, port, source, serverPort: 67, ...(network && { network }) }
  }
  /** Every byte of the database, its log included, and all offers. */
  const everything = async () => {
    // A DECLINE is looked into before it is believed: the packet before may not be through yet.
    await setImmediate()
    await memory.committed()
    const data = join(folder, 'data')
    const files = readdirSync(data).filter(name => /\.db(-wal)?$/.test(name))
    const held = []
    for (let at = from; at <= to; at = (at + 1) as Ipv4) {
      held.push(deps.offers.byAddress(at, Date.now()))
    }
    const bytes = files.map(name => readFileSync(join(data, name)))
    return Buffer.concat([Buffer.from(JSON.stringify(held)), ...bytes])
  }
  return {
    ...{ deps, shut, everything, arrivalBy, memory, state },
    /** Through the desk; `told`: with timelines. */
    send(packet: DhcpPacket, arrival: Arrival, told = false): Outcome | undefined {
      outcome = undefined
      const bytes = encodeDhcp(packet, { max: 1472 })
      ;(told ? desk : silentDesk).receive(bytes, arrival, () => {})
      return outcome
    },
  }
}

const elsewhere = bytesOf('127.9.9.9')
const ours = bytesOf('127.0.0.1')
const wanted = bytesOf('127.0.0.25')

/** What a client may make of a captured packet, with and against the rules. */
const changes: readonly Change[] = [
  {},
  { asked: 'discover' },
  ...[elsewhere, ours, undefined].flatMap((server): Change[] => [
    { asked: 'request', options: { 50: wanted, 54: server } },
    { asked: 'request', options: { 50: undefined, 54: server } },
    { asked: 'request', ciaddr: ip('127.0.0.25'), options: { 50: undefined, 54: server } },
    { asked: 'decline', options: { 50: wanted, 54: server } },
    { asked: 'release', ciaddr: ip('127.0.0.25'), options: { 54: server } },
  ]),
  { asked: 'inform', ciaddr: ip('192.0.2.7') },
  { asked: 'discover', giaddr: ip('192.0.2.1') },
  { asked: 'offer' },
  { op: 2 },
]

/** Firmware, iPXE, systems: one of each is enough for what is made up. */
const kinds = ['dhclient-request', 'undionly-discover', 'ovmf-x64-request', 'ovmf-http-discover']

const packets = [
  ...captures.map(capture => ({ capture, change: {} })),
  ...kinds.flatMap(capture => changes.map(change => ({ capture, change }))),
]

for (const mode of ['server', 'proxy', 'none'] as const) {
  t.test(`${mode}: look-ups look, and who gets no answer has changed nothing`, async t => {
    const door = await openDoor(t, mode)
    let before = await door.everything()
    let silent = 0
    for (const { capture, change } of packets) {
      for (const hardware of [node1, fresh]) {
        for (const port of ['dhcp', 'proxy'] as const) {
          const arrival = door.arrivalBy(port, port === 'dhcp')
          const packet = like(capture, { ...change, mac: hardware })
          const outcome = handle(packet, arrival, door.deps, Date.now())
          const name = `${capture} ${JSON.stringify(change)} ${hardware} ${port}: ${outcome.reason}`
          const { lease, hold, drop, news } = outcome
          if (outcome.kind === 'none' && !lease && !drop && !news) {
            silent++
            t.notOk(hold)
            door.send(packet, arrival)
          }
          if (!before.equals(await door.everything())) t.fail(name)
          door.send(packet, arrival)
          before = await door.everything()
        }
      }
    }
    t.ok(silent > 200, `${silent} without an answer`)
  })
}

t.test('a host is not asked for by a packet that is for another server', async t => {
  const door = await openDoor(t, 'proxy')
  const { memory, state } = door
  const arrival = door.arrivalBy('dhcp', true)
  const options = { [option.serverId]: elsewhere }
  const told = door.send(like('ovmf-x64-request', { mac: fresh, options }), arrival, true)
  t.match(told, { kind: 'none', reason: 'its request is for the DHCP server' })
  t.equal(state('fresh'), 'idle')
  t.notOk(memory.hosts.has('fresh'), 'and is still new')

  const offer = door.send(like('ovmf-x64-discover', { mac: fresh }), arrival, true)
  t.match(offer, { kind: 'reply', answer: { kind: 'load', reason: /^fresh is pending/ } })
  t.equal(state('fresh'), 'pending')
})

t.test('nor by one that is answered by nobody because of another DHCP server', async t => {
  const door = await openDoor(t, 'server')
  door.shut.push({ code: 'still-listening' })
  const discover = like('ovmf-x64-discover', { mac: fresh })
  const before = await door.everything()
  t.match(door.send(discover, door.arrivalBy('dhcp', true)), { kind: 'none' })
  t.ok(before.equals(await door.everything()))
  t.equal(door.state('fresh'), 'idle')
  door.shut.length = 0
  door.send(discover, door.arrivalBy('dhcp', true))
  t.equal(door.state('fresh'), 'pending')
})

t.test(
  'the system of a new machine leases an address, and its first boot is still its first',
  async t => {
    const door = await openDoor(t, 'server')
    const arrival = door.arrivalBy('dhcp', true)
    t.match(door.send(like('dhclient-discover', { mac: fresh }), arrival, true), { kind: 'reply' })
    t.equal(door.state('fresh'), 'idle')
    door.send(like('ovmf-x64-discover', { mac: fresh }), arrival, true)
    t.equal(door.state('fresh'), 'pending')
  },
)
