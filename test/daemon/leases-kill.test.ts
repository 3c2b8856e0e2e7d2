import { randomInt } from 'node:crypto'
import t from 'tap'
import { formatIpv4, type Ipv4, ipv4ToBytes, macOfBytes } from '../../src/wire/address.ts'
import { messageType, option } from '../../src/wire/dhcp-codes.ts'
import type { DhcpPacket } from '../../src/wire/dhcp-packet.ts'
import { messageNameOfPacket } from '../../src/wire/dhcp-packet.ts'
import { openDhcpWire } from './client.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { type Machine, makeMachine } from './machine.ts'
import { loopback } from './settings.ts'

const rounds = 15
const workers = 16
/** Each worker has machines of its own, as no machine asks twice at once. */
const machinesEach = 25
/** A little more than machines, so that released addresses go to others. */
const range = '127.1.0.1-127.1.1.180'

t.test('kill -9 under load: no lease is forgotten, and no address is leased twice', async t => {
  const daemon = await startDaemon(t, { networks: { lo: { ...loopback, range, lease: '1h' } } })
  const wire = await openDhcpWire(t, daemon.ports)
  const book = createBook()
  const { leases, twice, counts, forget, note } = book
  const act = async (machine: Machine) => {
    const { mac } = machine
    const address = leases.get(mac)
    if (address !== undefined && randomInt(4) === 0) {
      // Whether it arrives or not, we count on nothing any more.
      forget(mac)
      counts.releases++
      return wire.send(own(machine, 'release', address))
    }
    if (address !== undefined && randomInt(2) === 0) {
      const reply = await wire.ask(own(machine, 'request', address))
      counts.renewals++
      if (messageNameOfPacket(reply) !== 'ack') twice.push(`${mac} may not go on with its lease`)
      return note(mac, reply.yiaddr)
    }
    const ack = await machine.lease()
    // An offer may be gone when a restart came between; then it is a NAK.
    if (messageNameOfPacket(ack) === 'ack') note(mac, ack.yiaddr)
  }
  let running = false
  const work = async (machines: readonly Machine[]) => {
    while (running) {
      const machine = machines[randomInt(machines.length)]
      if (machine) await act(machine).catch(() => {})
    }
  }
  const teams = Array.from({ length: workers }, (_, team) =>
    Array.from({ length: machinesEach }, (_, n) =>
      makeMachine(daemon, wire, macOfBytes(Uint8Array.of(0x52, 0x54, 8, 0, team, n))),
    ),
  )

  for (let round = 0; round < rounds; round++) {
    running = true
    const enough = counts.acks + randomInt(50, 400)
    const all = teams.map(work)
    await until('some leases', () => counts.acks >= enough)
    await daemon.kill()
    running = false
    wire.forget()
    await Promise.all(all)
    await daemon.start()
    t.strictSame(twice, [], `round ${round}: no address is anybody else's`)
    t.strictSame(await lost(daemon, book.told), [], `round ${round}: every lease is known`)
  }
  t.ok(book.told.size > 100 && counts.releases > rounds, 'there was something to lose')
  t.comment(JSON.stringify({ ...counts, told: book.told.size }))
})

/** What clients were told, and who was told what somebody else has. */
function createBook() {
  /** What ACKs have said and no RELEASE has taken back: the MAC by address. */
  const told = new Map<Ipv4, string>()
  const leases = new Map<string, Ipv4>()
  const twice: string[] = []
  const counts = { acks: 0, renewals: 0, releases: 0 }

  const forget = (mac: string) => {
    const address = leases.get(mac)
    leases.delete(mac)
    if (address !== undefined && told.get(address) === mac) told.delete(address)
  }
  const note = (mac: string, address: Ipv4) => {
    const holder = told.get(address)
    if (holder !== undefined && holder !== mac) {
      twice.push(`${formatIpv4(address)} to ${mac}, while ${holder} has it`)
    }
    if (leases.get(mac) !== address) forget(mac)
    leases.set(mac, address)
    told.set(address, mac)
    counts.acks++
  }
  return { told, leases, twice, counts, forget, note }
}

/** The leases that were told and that the daemon does not know any more. */
async function lost(daemon: Daemon, told: ReadonlyMap<Ipv4, string>): Promise<string[]> {
  const { leases } = await daemon.get<{ leases: Row[] }>('/leases')
  const active = leases.filter(({ state }) => state === 'active')
  const found = new Map(active.map(({ address, mac }) => [address, mac]))
  return [...told].flatMap(([address, mac]) => {
    const text = formatIpv4(address)
    return found.get(text) === mac ? [] : [`${text} of ${mac} is now ${found.get(text)}'s`]
  })
}

interface Row {
  readonly address: string
  readonly mac: string
  readonly state: string
}

/** A RELEASE, or the REQUEST that renews: from the address that it has. */
function own(machine: Machine, asked: 'release' | 'request', address: Ipv4): DhcpPacket {
  const packet = machine.discover()
  const options = new Map(packet.options)
  options.set(option.messageType, Uint8Array.of(messageType[asked]))
  if (asked === 'release') options.set(option.serverId, ipv4ToBytes(0x7f000001 as Ipv4))
  return { ...packet, ciaddr: address, options }
}
