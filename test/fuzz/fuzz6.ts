import { handle6 } from '../../src/dhcp6/handle.ts'
import type { Arrival6 } from '../../src/dhcp6/network.ts'
import type { Outcome6 } from '../../src/dhcp6/outcome.ts'
import { messageType6, option6 } from '../../src/wire/dhcp6-codes.ts'
import {
  type Dhcp6Option,
  type Dhcp6Packet,
  decodeDhcp6,
  encodeDhcp6,
  option6Of,
} from '../../src/wire/dhcp6-packet.ts'
import {
  iaAddressOfBytes,
  iaAddressToOption,
  iaNaOfBytes,
  iaNaToOption,
} from '../../src/wire/dhcp6-values.ts'
import { WireError } from '../../src/wire/error.ts'
import { block6Contains, type Ipv6, parseRange6, parseSubnet6 } from '../../src/wire/ipv6.ts'
import {
  host6,
  ip6,
  network6,
  ourDuid,
  now as start,
  type World6,
  world6,
} from '../dhcp6/examples.ts'
import { capturedBytes6, captures6 } from '../packets6.ts'
import type { Tally } from './fuzz.ts'
import { createRandom, type Random } from './random.ts'

const captured = captures6.map(capturedBytes6)
/** Few enough that a packet is often about what others did before. */
const sources = Array.from({ length: 30 }, (_, n) => ip6(`fe80::5054:ff:fe00:${n.toString(16)}`))
const reserved = '2001:db8:77::20'
const addresses = [reserved, '2001:db8:77::1', '2001:db8:77::', '2001:db8:99::5', '::'].map(ip6)
const leased = Array.from({ length: 24 }, (_, n) =>
  ip6(`2001:db8:77::1${n.toString(16).padStart(2, '0')}`),
)
const ours = [...addresses, ...leased]

/** The same of DHCPv6: random and mutated packets through decoding, `handle6` and encoding. */
export function fuzz6(
  seed: number,
  count: number,
  pause: (tally: Tally) => void = () => {},
): Tally {
  const random = createRandom(seed)
  const range = parseRange6('2001:db8:77::100-2001:db8:77::117')
  const [subnet, far] = [
    parseSubnet6('2001:db8:78::/64'),
    parseRange6('2001:db8:78::-2001:db8:78::7'),
  ]
  if (!range || !subnet || !far) throw new Error('unreachable')
  const behind = network6({ name: 'far', interface: 'br7' }, { subnet, range: far })
  const networks = [network6({ rapidCommit: true }, { range }), behind]
  const hosts = [{ host: host6('node1', '52:54:00:00:00:01', reserved), due: true }]
  const world = world6({ networks, hosts, unknown: 'boot' })
  const tally: Tally = { packets: 0, understood: 0, replies: 0, leases: 0, wrong: new Map() }
  for (let n = 0; n < count; n++) {
    // A packet every 10 s: leases and quarantines begin and end all the time.
    one(random, world, start + n * 10_000, tally)
    if (n % 50_000 === 49_999) pause(tally)
  }
  return tally
}

function one(random: Random, world: World6, now: number, tally: Tally): void {
  tally.packets++
  const request = decoded(brokenDatagram(random))
  if (!request) return
  tally.understood++
  const interfaceName = random.oneIn(20) ? 'br9' : 'br0'
  const arrival = { source: pickFrom(random, sources), port: 546, interface: interfaceName }
  const outcome = handle6(request, arrival, world.deps, now)
  const wrong = broken({ request, arrival, outcome, world, now })
  if (outcome.kind === 'reply') tally.replies++
  if (outcome.hold) world.deps.offers.hold(outcome.hold, now)
  for (const lease of outcome.leases ?? []) {
    tally.leases++
    world.leases.set(lease.address, lease)
  }
  const rule = wrong.find(one => !tally.wrong.has(one))
  if (rule !== undefined)
    tally.wrong.set(rule, `packet ${tally.packets}, ${JSON.stringify(arrival)}`)
}

interface Said6 {
  readonly request: Dhcp6Packet
  readonly arrival: Arrival6
  readonly outcome: Outcome6
  readonly world: World6
  readonly now: number
}

/** The rules that an answer breaks; they are written from RFC 8415, not the code. */
function broken(said: Said6): string[] {
  const { request, outcome, world, now } = said
  const wrong: string[] = []
  const must = (holds: boolean, rule: string) => {
    if (!holds) wrong.push(rule)
  }
  for (const lease of outcome.leases ?? []) {
    const before = world.leases.get(lease.address)
    const isOthers = before?.state === 'active' && before.end > now && before.mac !== lease.mac
    must(!isOthers, 'a lease takes the address of somebody')
    must(lease.address !== reserved || lease.mac === '52:54:00:00:00:01', 'a reservation is kept')
  }
  if (outcome.kind === 'none') return wrong
  const bytes = encodeDhcp6(outcome.reply)
  const reply = decodeDhcp6(bytes)
  const same = (code: number) =>
    `${option6Of(reply.options, code)}` === `${option6Of(request.options, code)}`
  must(bytes.length <= 1472, 'EDK2 takes 1472 bytes')
  must(reply.xid === request.xid && same(option6.clientId), 'it is the answer to this request')
  must(`${option6Of(reply.options, option6.serverId)}` === `${ourDuid}`, 'it names us')
  must(reply.type === 2 || reply.type === 7, 'a server advertises and replies')
  must(
    reply.type !== 2 || request.type === messageType6.solicit,
    'only who solicits is advertised to',
  )
  must(reply.relays.length === request.relays.length, 'it goes back by every relay')
  for (const [n, relay] of reply.relays.entries()) {
    const id = option6Of(relay.options, option6.interfaceId)
    const came = option6Of(request.relays[n]?.options ?? [], option6.interfaceId)
    must(`${id}` === `${came}`, 'the Interface-Id of each comes back')
  }
  for (const address of givenIn(reply))
    must(isForClients(address, outcome), 'an address for clients')
  return wrong
}

/** Those with time left. */
function givenIn({ options }: Dhcp6Packet): Ipv6[] {
  return options
    .filter(([code]) => code === option6.iaNa)
    .flatMap(([, value]) => iaNaOfBytes(value).options)
    .filter(([code]) => code === option6.iaAddress)
    .map(([, value]) => iaAddressOfBytes(value))
    .flatMap(({ address, valid }) => (valid > 0 ? [address] : []))
}

function isForClients(address: Ipv6, { network }: Outcome6): boolean {
  const { subnet, range, serverAddress } = network?.ipv6 ?? {}
  if (!subnet || !range || address === serverAddress) return false
  return block6Contains(subnet, address) && (address === reserved || block6Contains(range, address))
}

function brokenDatagram(random: Random): Uint8Array {
  if (random.oneIn(50)) return random.bytes(random.below(400))
  const original = pickFrom(random, captured)
  const changed = random.oneIn(5)
    ? original.slice()
    : encodeDhcp6(change(decodeDhcp6(original), random))
  const flips = random.oneIn(2) ? 0 : random.below(random.pick([2, 4, 20]))
  for (let n = 0; n < flips; n++) changed[random.below(changed.length)] = random.below(256)
  return random.oneIn(30) ? changed.subarray(0, random.below(changed.length + 1)) : changed
}

function change(packet: Dhcp6Packet, random: Random): Dhcp6Packet {
  const types = Object.values(messageType6)
  const type = random.oneIn(3) ? pickFrom(random, types) : packet.type
  const options = packet.options.flatMap(option => changeOption(option, random))
  const isForUs = random.oneIn(2) && [3, 5, 8, 9].includes(type)
  const named: Dhcp6Option[] = isForUs ? [[option6.serverId, ourDuid]] : []
  const kept = isForUs ? options.filter(([code]) => code !== option6.serverId) : options
  const [relay] = packet.relays
  const deeper = relay && random.oneIn(3) ? [relay] : []
  return { ...packet, type, options: [...kept, ...named], relays: [...packet.relays, ...deeper] }
}

function changeOption(option: Dhcp6Option, random: Random): Dhcp6Option[] {
  const [code, value] = option
  if (code === option6.iaNa && random.oneIn(2)) {
    const address = pickFrom(random, ours)
    const named = iaAddressToOption({ address, preferred: 0, valid: random.below(9) })
    const ia = { iaid: random.below(4), t1: 0, t2: 0, options: random.oneIn(9) ? [] : [named] }
    return random.oneIn(8) ? [iaNaToOption(ia), option] : [iaNaToOption(ia)]
  }
  if (random.oneIn(12)) return []
  if (random.oneIn(12)) return [[code, random.bytes(random.pick([0, 1, 12, 40]))]]
  return random.oneIn(20) ? [option, [random.below(140), value]] : [option]
}

function decoded(datagram: Uint8Array): Dhcp6Packet | undefined {
  try {
    return decodeDhcp6(datagram)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

function pickFrom<T>(random: Random, items: readonly T[]): T {
  return random.pick(items as [T, ...T[]])
}
