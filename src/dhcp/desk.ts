import type { DoorLog } from '../base/log.ts'
import type { Host } from '../boot/host.ts'
import type { Lease } from '../boot/lease.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { News } from '../boot/news.ts'
import type { Reason } from '../boot/reason.ts'
import { formatIpv4, type Ipv4, type Mac, toHex } from '../wire/address.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../wire/dhcp-packet.ts'
import { WireError } from '../wire/error.ts'
import { handle, unreadable } from './handle.ts'
import { changeOffers, type Offers, offerOf } from './lease.ts'
import type { Arrival } from './network.ts'
import { isNewAddress } from './new-address.ts'
import { quarantine } from './new-lease.ts'
import { isOnOurLink } from './on-link.ts'
import { type DhcpDeps, disbelieved, type Outcome, type Reply, withheld } from './outcome.ts'
import type { Holder } from './probe.ts'
import { macOfPacket } from './read-client.ts'
import { replyLimit } from './reply.ts'

/** An address that was to be offered, and is in use by somebody we did not give it to. */
export interface Conflict {
  readonly network: NetworkWith4
  readonly address: Ipv4
  readonly by: Mac
  /** Who was to get it. */
  readonly mac: Mac
  readonly host?: Host
}

export interface DhcpDeskOptions {
  readonly deps: DhcpDeps & { readonly offers: Offers }
  /** The lease is in the book at once. Resolves when it is on disk; only then does the reply leave. */
  commit(lease: Lease): Promise<void>
  /** Tells the rest of the program what a packet says of its machine; the packet is handled anew. */
  learn?(news: News): void
  /** Called after an offer has left, with the lease that taking it would commit. */
  offered?(lease: Lease): void
  /** Called with every packet of a client as it comes, before it is answered. */
  heard?(mac: Mac, bytes: Uint8Array, arrival: Arrival): void
  /** Called with every reply that leaves. */
  sent?(reply: Reply, bytes: Uint8Array): void
  /**
   * Called after every packet, replied to or not, so many milliseconds later. Without the packet where it
   * is known by its header alone whose it is.
   */
  seen(outcome: Outcome, packet: DhcpPacket | undefined, ms: number): void
  /** Epoch milliseconds; `Date.now` unless a test says otherwise. */
  now?(): number
  readonly log: Pick<DoorLog, 'debug' | 'error'>
  /** Why a network gives no addresses for now, if so. */
  shut?(network: NetworkWith4): Reason | undefined
  /** Finds out who else uses an address before it is offered to `mac`. */
  holderOf?(network: NetworkWith4, address: Ipv4, mac: Mac): Promise<Holder | undefined>
  /** All that answer at an address now. */
  answersAt?(network: NetworkWith4, address: Ipv4): Promise<readonly Mac[]>
  /** A client gave its address back, or somebody in its name. */
  released?(network: NetworkWith4, address: Ipv4): void
  conflict?(conflict: Conflict): void
  /** The MAC that our own questions to other DHCP servers carry: broadcasts come back to us. */
  readonly ownMac?: Mac
}

/** Sends a reply from the socket that is right for it. */
export type Speak = (reply: Reply, bytes: Uint8Array) => void

/** Two look-ups of 400 ms: a first offer is not late by more than a second. */
const mostLooks = 2

/** A packet as it came, and what was found when it was looked whether an address is in use. */
interface IncomingPacket {
  readonly packet: DhcpPacket
  readonly arrival: Arrival
  readonly inUse?: boolean
}

/** A desk that works, with a clock. */
interface OpenDesk extends DhcpDeskOptions {
  now(): number
}

/** What happens between the sockets and `handle`: reading, storing, sending, telling. */
export function createDhcpDesk(options: DhcpDeskOptions) {
  const desk: OpenDesk = { ...options, now: options.now ?? Date.now }
  return {
    receive: (bytes: Uint8Array, arrival: Arrival, speak: Speak): void =>
      receive(desk, bytes, arrival, speak),
  }
}

function receive(desk: OpenDesk, bytes: Uint8Array, arrival: Arrival, speak: Speak): void {
  const begun = performance.now()
  const packet = read(desk, bytes, arrival)
  if (!packet) return
  const mac = macOfPacket(packet)
  if (mac !== undefined) {
    if (mac === desk.ownMac) return
    desk.heard?.(mac, bytes, arrival)
  }
  const heard: IncomingPacket = { packet, arrival }
  const outcome = answer(desk, heard)
  finish(desk, heard, outcome, speak, begun).catch(error =>
    desk.log.error({ err: error, mac: outcome.mac }, 'DHCP'),
  )
}

function read(desk: OpenDesk, bytes: Uint8Array, arrival: Arrival): DhcpPacket | undefined {
  try {
    return decodeDhcp(bytes)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const fields = { source: formatIpv4(arrival.source.address), reason: error.message }
    desk.log.debug({ ...fields, bytes: toHex(bytes.subarray(0, 600)) }, 'not a DHCP packet')
    const outcome = unreadable(bytes, error, desk.deps)
    if (outcome.mac !== undefined) {
      desk.heard?.(outcome.mac, bytes, arrival)
      desk.seen(outcome, undefined, 0)
    }
    return undefined
  }
}

function answer(desk: OpenDesk, heard: IncomingPacket): Outcome {
  const outcome = decided(desk, heard)
  return outcome.news ? informed(desk, outcome.news, heard) : outcome
}

/** What was learned may change the answer: an install is due now, or another loader is to be tried. */
function informed(desk: OpenDesk, news: News, heard: IncomingPacket): Outcome {
  desk.learn?.(news)
  return decided(desk, heard)
}

/** A reply that may not leave changes nothing either. */
function decided(desk: OpenDesk, { packet, arrival, inUse }: IncomingPacket): Outcome {
  const outcome = handle(packet, arrival, desk.deps, desk.now(), inUse)
  if (outcome.kind !== 'reply' || outcome.network.mode !== 'server') return outcome
  const why = desk.shut?.(outcome.network)
  return why === undefined ? outcome : withheld(outcome, why)
}

/** Everything that a packet changes is changed here. A promise resolves when its lease is on disk. */
function apply(desk: OpenDesk, outcome: Outcome): Promise<void> | undefined {
  changeOffers(desk.deps.offers, outcome, desk.now())
  const { lease } = outcome
  if (!lease) return undefined
  const stored = desk.commit(lease)
  if (lease.state === 'released' && outcome.network) {
    desk.released?.(outcome.network, lease.address)
  }
  // From here on the address is held by the lease in the book.
  desk.deps.offers.drop(offerOf(lease))
  return stored
}

async function finish(
  desk: OpenDesk,
  first: IncomingPacket,
  outcomeAtFirst: Outcome,
  speak: Speak,
  begun: number,
): Promise<void> {
  const { packet } = first
  let heard = first
  let outcome = outcomeAtFirst
  try {
    if (outcome.look !== undefined && desk.answersAt) {
      heard = { ...first, inUse: await isInUse(desk, outcome, outcome.look) }
      outcome = answer(desk, heard)
    }
    if (desk.holderOf && isNewAddress(outcome, desk.deps, desk.now()))
      outcome = await looked(desk, heard, outcome)
    else if (outcome.doubt) outcome = await verified(desk, outcome)
    const stored = apply(desk, outcome)
    if (stored) await stored
  } catch (error) {
    desk.log.error({ err: error, mac: outcome.mac }, 'the lease could not be stored: no reply')
    return
  }
  if (outcome.kind === 'reply') {
    const bytes = encodeDhcp(outcome.reply, { max: replyLimit(packet) })
    speak(outcome, bytes)
    desk.sent?.(outcome, bytes)
  }
  desk.seen(outcome, packet, performance.now() - begun)
  if (outcome.hold && !outcome.lease) desk.offered?.(outcome.hold)
}

/** Whether the client's own MAC answers at an address. */
async function isInUse(desk: OpenDesk, { network, mac }: Outcome, address: Ipv4): Promise<boolean> {
  const macs = network && (await desk.answersAt?.(network, address))
  return mac !== undefined && macs?.includes(mac) === true
}

/** RFC 2131 section 3.1: a server should see that an address is free before it offers it. */
async function looked(desk: OpenDesk, heard: IncomingPacket, first: Reply): Promise<Outcome> {
  let outcome: Outcome = first
  for (let looks = 0; isNewAddress(outcome, desk.deps, desk.now()); looks++) {
    if (looks === mostLooks) {
      return withheld(outcome, { code: 'addresses-taken' })
    }
    const { network, reply, mac, host, hold } = outcome
    const address = reply.yiaddr
    const offer = hold ? offerOf(hold) : { address, mac, network: network.name }
    // Meanwhile nobody else is offered it.
    desk.deps.offers.hold(offer, desk.now())
    const holder = await desk.holderOf?.(network, address, mac)
    if (!holder) return outcome
    const by = holder.mac
    desk.deps.offers.drop(offer)
    if (!holder.sure) {
      return withheld(outcome, { code: 'address-unsure', address: formatIpv4(address), mac: by })
    }
    await desk.commit(quarantine(network, address, by, desk.now()))
    desk.conflict?.({ network, address, by, mac, ...(host ? { host } : {}) })
    outcome = answer(desk, heard)
  }
  return outcome
}

/**
 * A DECLINE is a broadcast that anybody can write: it could move a machine off its address. Where nobody
 * can be asked a reservation stays what it is.
 */
async function verified(desk: OpenDesk, outcome: Outcome): Promise<Outcome> {
  const { network, mac, lease, doubt } = outcome
  if (!network || !mac || !lease) return outcome
  const macs = isOnOurLink(network) ? await desk.answersAt?.(network, lease.address) : undefined
  const isBelieved =
    macs?.some(other => other !== mac) || (doubt === 'leased' && !macs?.includes(mac))
  return isBelieved ? outcome : disbelieved(outcome, lease.address)
}

export type DhcpDesk = ReturnType<typeof createDhcpDesk>
