import type { Log } from '../base/log.ts'
import type { ReasonOf } from '../boot/reason.ts'
import type { Token } from '../http/api/tokens.ts'
import type { Answers } from '../install/boot-desk.ts'
import type { Lives } from '../install/life.ts'
import type { Menus } from '../install/menus.ts'
import type { PhoneHome } from '../install/phone-home.ts'
import type { Progress } from '../install/progress.ts'
import type { Scripts } from '../install/scripts.ts'
import type { SpecDeps } from '../install/spec.ts'
import type { Strangers } from '../install/strangers.ts'
import type { ConsoleDesk } from '../power/console/desk.ts'
import type { PowerDesk } from '../power/desk.ts'
import type { HostChanges } from '../record/changes.ts'
import type { Fallback } from '../record/fallback.ts'
import type { Measure } from '../record/measure.ts'
import type { PacketRing } from '../record/packet-ring.ts'
import type { StrangerRing } from '../record/stranger-ring.ts'
import type { Timeline } from '../record/timeline.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { HandedOver } from '../system/handed-over.ts'
import type { Published } from '../system/published.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { RouterWatch } from '../world/routers.ts'
import type { World } from '../world/world.ts'
import type { Arrivals } from './arrivals.ts'
import type { HttpDoors } from './doors/http-doors.ts'
import type { Drain } from './drain.ts'
import type { Reload } from './reload.ts'

/** What the daemon is made of, as its doors and its API take it. */
export interface Parts {
  readonly world: World
  readonly memory: DaemonMemory
  readonly lives: Lives
  readonly scripts: Scripts
  readonly strangers: Strangers
  readonly menus: Menus
  readonly answers: Answers
  readonly phoneHome: PhoneHome
  readonly published: Published
  readonly specDeps: SpecDeps
  readonly timeline: Timeline
  readonly measure: Measure
  readonly fallback: Fallback
  readonly packets: PacketRing
  /** Whose MAC an address has: by our leases, or the kernel's neighbour table. */
  macsOf(address: IpAddress): readonly Mac[]
}

export interface HttpParts extends Parts, Arrivals {
  readonly strangerRing: StrangerRing
  readonly progress: Progress
  readonly changes: HostChanges
  readonly log: Log
  readonly version: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  tokens(): readonly Token[]
  now(): number
  /** Callbacks are looked at now. */
  wakeOutbox(): void
  /** A sentence for each other DHCP server that answers in a network. */
  rivals(network: string): readonly string[]
  readonly routers: RouterWatch
  readonly drain: Drain
  readonly power: PowerDesk
  readonly consoles: ConsoleDesk
  readonly reload: Reload
  unready(): readonly string[]
  held(): readonly ReasonOf<'other-servers'>[]
}

/** What the sockets need besides. */
export interface DoorParts extends Parts {
  readonly http: HttpDoors
  readonly log: Log
  /** Sockets that were opened for us. */
  readonly handedOver: readonly HandedOver[]
  now(): number
}
