import type { DoorLog } from '../base/log.ts'
import type { Lease6 } from '../boot/lease6.ts'
import type { News } from '../boot/news.ts'
import { type Mac, toHex } from '../wire/address.ts'
import { type Dhcp6Packet, decodeDhcp6, encodeDhcp6 } from '../wire/dhcp6-packet.ts'
import { WireError } from '../wire/error.ts'
import { macOfLinkLocal } from '../wire/ipv6.ts'
import { handle6 } from './handle.ts'
import type { Offers6 } from './lease.ts'
import type { Arrival6 } from './network.ts'
import type { Dhcp6Deps, Outcome6 } from './outcome.ts'

export interface Dhcp6DeskOptions {
  readonly deps: Dhcp6Deps & { readonly offers: Offers6 }
  /** The lease is in the book at once. Resolves when it is on disk; only then does the reply leave. */
  commit(lease: Lease6): Promise<void>
  /** Tells the rest of the program what a packet says of its machine; the packet is handled anew. */
  learn?(news: News): void
  /** Called with every packet, and then with the reply that leaves. */
  kept?(outcome: Outcome6, bytes: Uint8Array, arrival: Arrival6, isReply: boolean): void
  /** Called after every packet, replied to or not, so many milliseconds later. */
  seen(outcome: Outcome6, ms: number): void
  /** Whose MAC the kernel has for the source of a packet on our own link. */
  neighbourOf?(arrival: Arrival6): Promise<Mac | undefined>
  now(): number
  readonly log: Pick<DoorLog, 'debug' | 'error'>
}

/** Sends a reply to whoever the packet came from. */
export type Speak6 = (bytes: Uint8Array) => void

/** So many packets wait for the kernel's answer; of more nobody is asked. */
const mostWaiting = 64

/** A packet, and the bytes that it was read from. */
interface Heard6 {
  readonly packet: Dhcp6Packet
  readonly bytes: Uint8Array
}

/** What happens between the socket and `handle6`: reading, storing, sending, telling. */
export function createDhcp6Desk(desk: Dhcp6DeskOptions) {
  let waiting = 0

  /** The MAC of whoever uses a link-local address that tells none, as systems with privacy do. */
  async function askKernel(arrival: Arrival6): Promise<Arrival6> {
    if (!desk.neighbourOf || waiting >= mostWaiting) return arrival
    waiting += 1
    try {
      const neighbour = await desk.neighbourOf(arrival)
      return neighbour === undefined ? arrival : { ...arrival, neighbour }
    } finally {
      waiting -= 1
    }
  }

  async function take(heard: Heard6, from: Arrival6, speak: Speak6): Promise<void> {
    const { packet, bytes } = heard
    const begun = performance.now()
    const isTold = packet.relays.length > 0 || macOfLinkLocal(from.source) !== undefined
    const arrival = isTold ? from : await askKernel(from)
    const outcome = decided(desk, packet, arrival)
    desk.kept?.(outcome, bytes, arrival, false)
    try {
      const stored = apply(desk, outcome)
      if (stored) await stored
    } catch (error) {
      desk.log.error(
        { err: error, mac: outcome.who?.mac },
        'the lease could not be stored: no reply',
      )
      return
    }
    if (outcome.kind === 'reply') {
      const reply = encodeDhcp6(outcome.reply)
      speak(reply)
      desk.kept?.(outcome, reply, arrival, true)
    }
    desk.seen(outcome, performance.now() - begun)
  }

  return {
    receive(bytes: Uint8Array, arrival: Arrival6, speak: Speak6): void {
      const packet = read(desk, bytes, arrival)
      if (!packet) return
      take({ packet, bytes }, arrival, speak).catch(err => desk.log.error({ err }, 'DHCPv6'))
    },
  }
}

function read(desk: Dhcp6DeskOptions, bytes: Uint8Array, { source }: Arrival6) {
  try {
    return decodeDhcp6(bytes)
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const fields = { source, reason: error.message, bytes: toHex(bytes.subarray(0, 600)) }
    desk.log.debug(fields, 'not a DHCPv6 packet')
    return undefined
  }
}

/** What was learned may change the answer: an install is due now, or another loader is to be tried. */
function decided(desk: Dhcp6DeskOptions, packet: Dhcp6Packet, arrival: Arrival6): Outcome6 {
  const outcome = handle6(packet, arrival, desk.deps, desk.now())
  if (!outcome.news) return outcome
  desk.learn?.(outcome.news)
  return handle6(packet, arrival, desk.deps, desk.now())
}

/** Everything that a packet changes is changed here. A promise resolves when its leases are on disk. */
function apply({ deps, commit, now }: Dhcp6DeskOptions, outcome: Outcome6) {
  const { hold, leases } = outcome
  if (hold) deps.offers.hold(hold, now())
  if (!leases) return undefined
  const stored = leases.map(lease => commit(lease))
  // From here on the address is held by the lease in the book.
  for (const lease of leases) deps.offers.drop(lease.network, lease)
  return Promise.all(stored)
}
