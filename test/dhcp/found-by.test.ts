import t, { type Test } from 'tap'
import { dhcpDeps, learn } from '../../src/daemon/doors/dhcp-desk.ts'
import { createDhcpDesk } from '../../src/dhcp/desk.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { sawPacket } from '../../src/record/seen-packet.ts'
import { formatIpv4, type Mac } from '../../src/wire/address.ts'
import { encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { startHttp } from '../http/daemon.ts'
import { type Change, ip, like, mac } from './examples.ts'

const [m1, m2] = [mac('52:54:00:aa:00:01'), mac('52:54:00:aa:00:02')]
const more = `
  slot7: { port: LEAF7/Ethernet12, address: 127.0.0.27, profile: debian }
  slot8: { port: LEAF7/Ethernet13, profile: debian }
  twice: { uuid: 4c4c4544-0042-4a10-8051-b7c04f4d3632, port: LEAF9/Ethernet1 }
`

/** The desk over a real database, behind a relay that says on which port its client hangs. */
async function openDoor(t: Test) {
  const range = 'server, range: 127.0.0.20-127.0.0.29'
  const started = await startHttp(t, more, { mode: range })
  const { wired, memory } = started
  const deps = dhcpDeps(wired)
  let outcome: Outcome | undefined
  const desk = createDhcpDesk({
    ...{ deps, log: wired.log, commit: memory.leases.save, learn: news => learn(news, wired) },
    seen(seen, packet) {
      outcome = seen
      sawPacket(wired.timeline, seen, packet, () => [])
    },
  })
  const notesOf = (host: string) =>
    memory.events.newest(50, host).flatMap(e => (e.kind === 'note' ? [e.text] : []))
  return {
    ...started,
    notesOf,
    /** What the machine is told whose card hangs on this port. */
    send(card: Mac, port: string, capture = 'ovmf-x64-discover', change: Change = {}) {
      const [remote = '', circuit = ''] = port.split('/')
      const sub = (code: number, text: string) => [code, text.length, ...Buffer.from(text)]
      const from = ip('127.0.0.2')
      const relay = Uint8Array.from([...sub(1, circuit), ...sub(2, remote)])
      const packet = like(capture, {
        ...{ giaddr: from, hops: 1, mac: card, ...change },
        options: { 82: relay, ...change.options },
      })
      outcome = undefined
      desk.receive(
        encodeDhcp(packet, { max: 1472 }),
        {
          ...{ broadcast: false, port: 'dhcp', serverPort: 67 },
          source: { address: from, port: 67 },
        },
        () => {},
      )
      return outcome as Outcome | undefined
    },
  }
}

t.test('who hangs on the port is the host, with its address, and is remembered', async t => {
  const door = await openDoor(t)
  const outcome = door.send(m1, 'LEAF7/Ethernet12')
  t.equal(outcome?.host?.name, 'slot7')
  t.equal(outcome?.kind === 'reply' && formatIpv4(outcome.reply.yiaddr), '127.0.0.27')
  t.strictSame(door.notesOf('slot7'), [`${m1} is this host, by its port`])
  t.equal(door.wired.world.hostOf(m1)?.name, 'slot7', 'also for what it asks by HTTP')
  t.strictSame([...door.memory.hostCards.known], [[m1, 'slot7']])
  door.send(m1, 'LEAF7/Ethernet12')
  t.equal(door.notesOf('slot7').length, 1, 'it is no news again')
})

t.test('the reserved address of a port is nobody else’s', async t => {
  const door = await openDoor(t)
  const options = { 50: Uint8Array.of(127, 0, 0, 27) }
  const outcome = door.send(m2, 'LEAF1/Ethernet1', 'dhclient-discover', { options })
  t.not(outcome?.kind === 'reply' && formatIpv4(outcome.reply.yiaddr), '127.0.0.27')
})

t.test('a system or a BMC on the port is not the machine', async t => {
  const door = await openDoor(t)
  door.send(m2, 'LEAF7/Ethernet12', 'dhclient-discover')
  t.equal(door.wired.world.hostOf(m2), undefined)
})

t.test('a machine is replaced: the new one is the host, and nothing is installed', async t => {
  const door = await openDoor(t)
  door.send(m1, 'LEAF7/Ethernet12')
  const take = { 50: Uint8Array.of(127, 0, 0, 27), 54: Uint8Array.of(127, 0, 0, 1) }
  door.send(m1, 'LEAF7/Ethernet12', 'ovmf-x64-request', { options: take })
  const outcome = door.send(m2, 'LEAF7/Ethernet12')
  t.equal(outcome?.kind === 'reply' && formatIpv4(outcome.reply.yiaddr), '127.0.0.27')
  t.match(outcome, { host: { name: 'slot7' }, answer: { kind: 'local' } })
  t.equal(door.state('slot7'), 'idle')
  t.match(door.notesOf('slot7').at(-1), `${m2} is this host, by its port, in place of ${m1}`)
  t.equal(door.wired.world.hostOf(m1), undefined)
})

t.test('a machine that is moved to another port is that host', async t => {
  const door = await openDoor(t)
  door.send(m1, 'LEAF7/Ethernet12')
  t.equal(door.send(m1, 'LEAF7/Ethernet13')?.host?.name, 'slot8')
  t.match(door.notesOf('slot7').at(-1), `${m1} is not this host any more`)
  door.send(m1, 'LEAF1/Ethernet1')
  t.equal(door.wired.world.hostOf(m1), undefined, 'nor to a port of nobody')
})

t.test('while its installer is at work another machine does not take its place', async t => {
  const door = await openDoor(t)
  const { lives, memory, wired } = door
  door.send(m1, 'LEAF7/Ethernet12')
  const host = wired.world.config().hosts.get('slot7')
  if (!host) throw new Error('unreachable')
  lives.ask(host, {}, false)
  lives.apply('slot7', { kind: 'script', newBoot: false })
  lives.ready('slot7', {})
  t.equal(memory.hosts.get('slot7')?.life.state, 'installing')
  const outcome = door.send(m2, 'LEAF7/Ethernet12')
  t.match(outcome, { kind: 'none', code: 'host-at-work' })
  t.equal(wired.world.hostOf(m1)?.name, 'slot7')
})

t.test('who is two hosts is none, with both names', async t => {
  const door = await openDoor(t)
  const uuid = Uint8Array.from(Buffer.from('004c4c454400424a108051b7c04f4d3632', 'hex'))
  const outcome = door.send(m1, 'LEAF7/Ethernet12', 'ovmf-x64-discover', { options: { 97: uuid } })
  t.match(outcome, { kind: 'none', code: 'found-twice', reason: /slot7 by port and twice by uuid/ })
  t.equal(door.memory.hostCards.known.size, 0)
})
