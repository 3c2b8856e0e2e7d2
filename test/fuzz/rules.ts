import type { Lease } from '../../src/boot/lease.ts'
import type { NetworkWith4 } from '../../src/boot/network-address.ts'
import type { Arrival } from '../../src/dhcp/network.ts'
import type { Outcome } from '../../src/dhcp/outcome.ts'
import { macOfPacket } from '../../src/dhcp/read-client.ts'
import { replyLimit } from '../../src/dhcp/reply.ts'
import {
  type Ipv4,
  ipv4OfBytes,
  limitedBroadcast,
  type Mac,
  subnetBroadcast,
  subnetContains,
} from '../../src/wire/address.ts'
import { messageType, option } from '../../src/wire/dhcp-codes.ts'
import { type DhcpPacket, decodeDhcp } from '../../src/wire/dhcp-packet.ts'
import type { World } from '../dhcp/examples.ts'
import { due } from './place.ts'

/** A packet, the bytes that answer it, and the book as it was before. */
export interface Said {
  readonly request: DhcpPacket
  readonly arrival: Arrival
  readonly outcome: Extract<Outcome, { kind: 'reply' }>
  readonly bytes: Uint8Array
  readonly before: World
  readonly now: number
}

interface Read extends Said {
  readonly reply: DhcpPacket
  readonly asked: number
  readonly type: number
  readonly network: NetworkWith4
  readonly mac: Mac
}

const nobody = '00:00:00:00:00:00' as Mac

type Rule = readonly [rule: string, holds: (read: Read) => boolean]

/** The rules that an answer breaks; none of a right one. They are written from the RFCs, not the code. */
export function broken(said: Said): string[] {
  const reply = decodeDhcp(said.bytes)
  const read = {
    ...said,
    reply,
    asked: said.request.options.get(option.messageType)?.[0] ?? 0,
    type: reply.options.get(option.messageType)?.[0] ?? 0,
    network: said.outcome.network,
    mac: macOfPacket(said.request) ?? nobody,
  }
  return rules.filter(([, holds]) => !holds(read)).map(([rule]) => rule)
}

const { discover, offer, ack, nak, inform } = messageType
const requestType = messageType.request

const rules: readonly Rule[] = [
  [
    'it has 300 bytes to what the client takes, at most 1472',
    ({ bytes, request }) =>
      bytes.length >= 300 && bytes.length <= 1472 && bytes.length <= replyLimit(request),
  ],
  ['53 is the first option', ({ bytes }) => bytes[240] === option.messageType && bytes[241] === 1],
  ['54 is the second', ({ bytes }) => bytes[243] === option.serverId && bytes[244] === 4],
  [
    '54 is ours, or what a relay wants',
    said => serverIds(said).includes(ipv4OfBytes(said.bytes, 245)),
  ],
  ['82 is the last, as it came', relayAgentIsLast],
  ['61 and 97 are as they came', said => [option.clientId, option.clientUuid].every(isEcho(said))],
  [
    'it is the answer to this request',
    ({ reply, request }) =>
      reply.op === 2 &&
      (['xid', 'htype', 'hlen', 'giaddr'] as const).every(key => reply[key] === request[key]) &&
      Buffer.from(reply.chaddr).equals(request.chaddr),
  ],
  ['the type is one that fits what was asked', fittingType],
  [
    'an address is given on port 67 in server mode only',
    ({ reply, outcome, network, type, asked }) =>
      (reply.yiaddr !== 0) ===
      (outcome.via === 'dhcp' && network.mode === 'server' && type !== nak && asked !== inform),
  ],
  ['the address is one for clients', ({ reply, network }) => isForClients(reply.yiaddr, network)],
  ['the address is nobody else’s', isFreeFor],
  [
    'a lease time goes with an address and only with one',
    ({ reply }) => reply.options.has(option.leaseTime) === (reply.yiaddr !== 0),
  ],
  ['a NAK says nothing but no', saysOnlyNo],
  ['nobody is told to boot who is not due', bootsRightly],
  ['it goes where it may', goesWhereItMay],
]

function serverIds({ before, request }: Read): number[] {
  const ours = before.deps.networks().map(({ serverAddress }) => serverAddress)
  const relay = request.giaddr === 0 ? undefined : request.options.get(option.relayAgent)
  const at = relay ? subOption(relay, 11) : undefined
  return [...ours, ...(relay && at !== undefined ? [ipv4OfBytes(relay, at)] : [])]
}

/** Where the four bytes of a sub-option begin. */
function subOption(bytes: Uint8Array, code: number): number | undefined {
  for (let at = 0; at + 5 < bytes.length; at += 2 + (bytes[at + 1] ?? 0)) {
    if (bytes[at] === code && bytes[at + 1] === 4) return at + 2
  }
  return undefined
}

function relayAgentIsLast({ reply, request }: Read): boolean {
  const [last] = [...reply.options.keys()].slice(-1)
  if (!reply.options.has(option.relayAgent)) return fitsNot(request, option.relayAgent)
  return last === option.relayAgent && isEcho({ reply, request })(option.relayAgent)
}

function isEcho({ reply, request }: Pick<Read, 'reply' | 'request'>) {
  return (code: number) => {
    const back = reply.options.get(code)
    if (!back) return fitsNot(request, code)
    return Buffer.from(back).equals(request.options.get(code) ?? new Uint8Array())
  }
}

/** Where what has to come back is longer than a reply some of it is left out (RFC 3046 section 2.1). */
function fitsNot({ options }: DhcpPacket, code: number): boolean {
  const echoes = [option.clientId, option.clientUuid, option.relayAgent]
  return !options.has(code) || echoes.some(echo => (options.get(echo)?.length ?? 0) > 100)
}

function fittingType({ asked, type, request, outcome, network }: Read): boolean {
  const rapid = request.options.has(option.rapidCommit) && network.rapidCommit === true
  const isProxy = outcome.via === 'proxy' || network.mode === 'proxy'
  if (asked === discover) return type === offer || (type === ack && rapid && !isProxy)
  if (asked === requestType) return type === ack || (type === nak && !isProxy)
  return asked === inform && type === ack
}

function isForClients(address: Ipv4, { subnet, serverAddress, router }: NetworkWith4): boolean {
  if (address === 0) return true
  const taken = [serverAddress, router, subnet.base, subnetBroadcast(subnet)]
  return subnetContains(subnet, address) && !taken.includes(address)
}

function isFreeFor({ reply, mac, before, network, now }: Read): boolean {
  if (reply.yiaddr === 0) return true
  const reservedFor = before.deps.reservedFor(reply.yiaddr)
  if (reservedFor && !reservedFor.includes(mac)) return false
  const lease = before.leases.get(reply.yiaddr)
  if (!lease || !holds(lease, now)) return true
  if (lease.state === 'declined') return comesBack(reply.yiaddr, mac, before, network, now)
  return lease.mac === mac
}

/** What was declined is offered when nothing else is left, and is then whose it was offered to. */
function comesBack(
  address: Ipv4,
  mac: Mac,
  { deps, leases, offers }: World,
  { range, ...network }: NetworkWith4,
  now: number,
): boolean {
  if (offers.byAddress(address, now)?.mac === mac) return true
  for (let at = range?.from ?? 1; at <= (range?.to ?? 0); at = (at + 1) as Ipv4) {
    const lease = leases.get(at as Ipv4)
    const rests = lease?.state === 'released' && lease.end + 180_000 > now
    const isTaken = rests || (lease && holds(lease, now))
    const isKept = deps.reservedFor(at as Ipv4) || offers.byAddress(at as Ipv4, now)
    if (!isTaken && !isKept && isForClients(at as Ipv4, network)) return false
  }
  return true
}

function holds({ state, end }: Lease, now: number): boolean {
  return state !== 'released' && end > now
}

function saysOnlyNo({ reply, type }: Read): boolean {
  if (type !== nak) return true
  const may: number[] = [53, 54, 56, 61, 82, 97, 118]
  const empty = reply.ciaddr === 0 && reply.yiaddr === 0 && reply.siaddr === 0
  return empty && reply.file === '' && [...reply.options.keys()].every(code => may.includes(code))
}

function bootsRightly({ reply, mac, outcome, before }: Read): boolean {
  const told = reply.options.get(option.bootFile)
  const file = reply.file || (told ? new TextDecoder().decode(told).replace(/\0$/, '') : '')
  const stage = outcome.client?.stage
  if (file === '' || mac === due) return file === '' || stage !== undefined
  const isHost = before.deps.host(mac, outcome.client) !== undefined
  // iPXE goes on to its disk by its own script; a URL of nothing ends HTTP Boot.
  if (stage === 'ipxe') return isHost
  return isHost && stage === 'http-firmware' && file.endsWith('/no-such-file.efi')
}

function goesWhereItMay({ outcome, arrival, request, network, before }: Read): boolean {
  const { to, via } = outcome
  if (via !== arrival.port) return false
  if (via === 'proxy') return to === arrival.source || to.address === arrival.source.address
  if (request.giaddr !== 0) {
    const isOurs = before.deps.networks().some(({ subnet }) => subnetContains(subnet, to.address))
    return to.address === request.giaddr && isOurs
  }
  if (to.port !== 68) return false
  return to.address === limitedBroadcast || subnetContains(network.subnet, to.address)
}

/** Whether a lease to be stored takes an address from somebody who holds it. */
export function takesAway(lease: Lease, before: World, now: number): boolean {
  const old = before.leases.get(lease.address)
  if (!old || !holds(old, now) || old.mac === lease.mac) return false
  return old.state === 'active'
}
