import type { DaemonMemory } from '../store/memory.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { World } from '../world/world.ts'
import { createFallback } from './fallback.ts'
import { createPacketRing } from './packet-ring.ts'
import { createStrangerRing } from './stranger-ring.ts'

/** What is remembered of the machines beside their timelines: strangers, packets, loaders never heard; by the wall clock. */
export function createWitness(
  world: World,
  memory: DaemonMemory,
  macsOf: (address: IpAddress) => readonly Mac[],
  now: () => number,
) {
  const isHost = (mac: Mac) => world.hostOf(mac) !== undefined
  return {
    strangerRing: createStrangerRing(),
    fallback: createFallback({ world, memory, now }),
    packets: createPacketRing({ isHost, macsOf, now }),
  }
}
