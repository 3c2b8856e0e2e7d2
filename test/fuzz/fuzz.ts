import { describe } from '../../src/dhcp/describe.ts'
import { handle } from '../../src/dhcp/handle.ts'
import { changeOffers } from '../../src/dhcp/lease.ts'
import { replyLimit } from '../../src/dhcp/reply.ts'
import { type DhcpPacket, decodeDhcp, encodeDhcp } from '../../src/wire/dhcp-packet.ts'
import { WireError } from '../../src/wire/error.ts'
import { now as start, type World } from '../dhcp/examples.ts'
import { brokenDatagram } from './packets.ts'
import { anyArrival, createPlace } from './place.ts'
import { createRandom, type Random } from './random.ts'
import { broken, takesAway } from './rules.ts'

/** What came of many packets. */
export interface Tally {
  packets: number
  /** Those that could be read. */
  understood: number
  replies: number
  leases: number
  /** By rule, the first packet that was answered against it, in words. */
  readonly wrong: Map<string, string>
}

/**
 * Sends random and mutated packets through decoding, `handle` and encoding, in both modes and on both
 * ports. The same seed sends the same packets. Calls `pause` now and then, with what it has so far.
 */
export function fuzz(seed: number, count: number, pause: (tally: Tally) => void = () => {}): Tally {
  const random = createRandom(seed)
  const worlds = [createPlace('server'), createPlace('server'), createPlace('proxy')] as const
  const tally: Tally = { packets: 0, understood: 0, replies: 0, leases: 0, wrong: new Map() }
  for (let n = 0; n < count; n++) {
    // A packet every 10 s: leases and quarantines begin and end all the time.
    one(random, random.pick(worlds), start + n * 10_000, tally)
    if (n % 50_000 === 49_999) pause(tally)
  }
  return tally
}

function one(random: Random, world: World, now: number, tally: Tally): void {
  const datagram = brokenDatagram(random)
  tally.packets++
  const request = decoded(datagram)
  if (!request) return
  tally.understood++
  describe(request)
  const arrival = anyArrival(random, world)
  const outcome = handle(request, arrival, world.deps, now)
  const wrong: string[] = []
  if (outcome.kind === 'reply') {
    tally.replies++
    const bytes = encodeDhcp(outcome.reply, { max: replyLimit(request) })
    wrong.push(...broken({ request, arrival, outcome, bytes, before: world, now }))
  }
  if (outcome.lease) {
    tally.leases++
    if (takesAway(outcome.lease, world, now)) wrong.push('a lease takes the address of somebody')
    world.leases.set(outcome.lease.address, outcome.lease)
  }
  changeOffers(world.offers, outcome, now)
  const rule = wrong.find(rule => !tally.wrong.has(rule))
  if (rule === undefined) return
  const answer = outcome.kind === 'reply' ? describe(outcome.reply) : outcome.reason
  const came = JSON.stringify({ ...arrival, network: arrival.network?.name })
  tally.wrong.set(rule, `packet ${tally.packets}, ${came}\n${describe(request)}${answer}`)
}

function decoded(datagram: Uint8Array): DhcpPacket | undefined {
  try {
    return decodeDhcp(datagram)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}
