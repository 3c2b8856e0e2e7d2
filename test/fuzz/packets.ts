import { ipv4ToBytes, macToBytes } from '../../src/wire/address.ts'
import { messageType, option } from '../../src/wire/dhcp-codes.ts'
import { sizeOfOption } from '../../src/wire/dhcp-options.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { u16ToBytes } from '../../src/wire/dhcp-values.ts'
import { ip, mac } from '../dhcp/examples.ts'
import { capturedBytes, captures } from '../packets.ts'
import type { Random } from './random.ts'

/** Few enough that a packet is often about what others did before. */
const macs = Array.from({ length: 60 }, (_, n) =>
  mac(`52:54:00:00:00:${n.toString(16).padStart(2, '0')}`),
)

/** Ours, a router's, a subnet's, those of both ranges, and of nobody. */
const addresses = [
  ...['0.0.0.0', '10.77.0.0', '10.77.0.1', '10.77.0.2', '10.77.0.20', '10.77.0.21', '10.77.0.49'],
  ...['10.77.0.50', '10.77.0.51', '10.77.0.60', '10.77.0.80', '10.77.0.254', '10.77.0.255'],
  ...['10.99.0.1', '10.99.0.2', '10.99.0.60', '10.99.0.61', '192.0.2.7', '255.255.255.255'],
].map(ip)

const captured = captures.map(capturedBytes)
const types = Object.values(messageType)

/** A datagram as nobody should send it: a captured packet with a few things changed, or just bytes. */
export function brokenDatagram(random: Random): Uint8Array {
  if (random.oneIn(50)) return random.bytes(random.below(700))
  const original = pickFrom(random, captured)
  const changed = random.oneIn(5) ? original.slice() : write(change(decodeDhcp(original), random))
  const flips = random.oneIn(2) ? 0 : random.below(random.pick([2, 4, 40]))
  for (let n = 0; n < flips; n++) changed[random.below(changed.length)] = random.below(256)
  return random.oneIn(30) ? changed.subarray(0, random.below(changed.length + 1)) : changed
}

function change(packet: DhcpPacket, random: Random): DhcpPacket {
  const options = new Map(packet.options)
  for (let n = random.below(5); n > 0; n--) changeOption(options, random)
  const chaddr = packet.chaddr.slice()
  if (!random.oneIn(6)) chaddr.set(macToBytes(pickFrom(random, macs)))
  const address = () => pickFrom(random, addresses)
  return {
    ...packet,
    chaddr,
    options,
    ...(random.oneIn(3) && { ciaddr: address() }),
    ...(random.oneIn(3) && { giaddr: address() }),
    ...(random.oneIn(20) && { siaddr: address(), yiaddr: address() }),
    ...(random.oneIn(4) && { flags: random.pick([0, 0x8000, 0xffff]) }),
  }
}

function changeOption(options: Map<number, Uint8Array>, random: Random): void {
  const address = () => ipv4ToBytes(pickFrom(random, addresses))
  const some = () => random.bytes(random.pick([0, 1, 4, 20, 200, 255, 300]))
  random.pick([
    () => options.set(option.messageType, Uint8Array.of(pickFrom(random, types))),
    () => options.set(option.requestedAddress, address()),
    () => options.set(option.serverId, address()),
    () => options.delete(option.serverId),
    () => options.delete(option.requestedAddress),
    () => options.delete(option.parameterList),
    () => options.set(option.subnetSelection, address()),
    () => options.set(option.relayAgent, relayAgent(random)),
    () => options.set(option.relayAgent, some()),
    () => options.set(option.clientId, some()),
    () => options.set(option.clientUuid, random.bytes(17)),
    () => options.set(option.rapidCommit, new Uint8Array()),
    () => options.set(option.maxMessageSize, u16ToBytes(random.below(2000))),
    () => options.set(option.overload, Uint8Array.of(random.below(5))),
    () => options.set(option.clientArch, u16ToBytes(random.below(32))),
    () => options.set(1 + random.below(254), some()),
    () => options.delete(1 + random.below(254)),
  ])()
}

/** A circuit, and often a link selection or a server identifier (RFC 3527, RFC 5107). */
function relayAgent(random: Random): Uint8Array {
  const of = (code: number) => [code, 4, ...ipv4ToBytes(pickFrom(random, addresses))]
  const circuit = [1, 4, ...random.bytes(4)]
  const more = random.pick([() => [], () => of(5), () => of(11), () => [...of(5), ...of(11)]])()
  return Uint8Array.from([...circuit, ...more])
}

/** As large as it comes: what is cut short is cut by somebody else. */
function write(packet: DhcpPacket): Uint8Array {
  const size = [...packet.options.values()].reduce((sum, value) => sum + sizeOfOption(value), 241)
  return encodeDhcp(packet, { max: size })
}

function pickFrom<T>(random: Random, items: readonly T[]): T {
  return random.pick(items as [T, ...T[]])
}
