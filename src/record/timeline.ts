import type { Log } from '../base/log.ts'
import { createPerMinute } from '../base/per-minute.ts'
import type { Host } from '../boot/host.ts'
import type { NetbootSource } from '../boot/identity.ts'
import { isNoUuid } from '../boot/uuid.ts'
import type { Downloads } from '../install/downloads.ts'
import type { Progress } from '../install/progress.ts'
import type { Scripts } from '../install/scripts.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { World } from '../world/world.ts'
import type { HostChanges } from './changes.ts'
import type { Fallback } from './fallback.ts'
import { createLastClients } from './last-client.ts'
import type { StrangerRing } from './stranger-ring.ts'

export interface TimelineDeps {
  readonly world: Pick<World, 'hostOf' | 'loaders'>
  readonly memory: DaemonMemory
  readonly strangerRing: StrangerRing
  readonly scripts: Pick<Scripts, 'heard' | 'discovered'>
  readonly downloads: Downloads
  readonly progress: Progress
  readonly changes: HostChanges
  readonly fallback: Fallback
  readonly log: Log
  /** Wall-clock epoch milliseconds: people read them. */
  now(): number
  macsOf(address: IpAddress): readonly Mac[]
  /** Whether a netboot of a host whose install runs is another machine's with its MAC. */
  isElsewhere(host: Host, heard: NetbootSource): boolean
  /** A machine takes an address, of whatever server. */
  requests(mac: Mac, address: IpAddress, isHost: boolean): void
}

/** What the doors see goes through here into the hosts' timelines and the log: one line a decision. */
export interface Timeline extends TimelineDeps {
  readonly clients: ReturnType<typeof createLastClients>
  /** Whether a host may have one more line about a file that is not there. */
  mayTellMissed(host: string): boolean
}

/** Lines a minute about files that are not there: a machine may ask for names without end. */
const mostMissed = 10

/** What happens to hosts and no door writes into the log by itself. */
const logged: ReadonlySet<string> = new Set(['state', 'note', 'phone-home', 'file', 'callback'])

export function createTimeline(deps: TimelineDeps): Timeline {
  deps.memory.events.listen(({ host, kind, code, text }) => {
    if (logged.has(kind)) deps.log.info({ host, kind, code }, text)
  })
  const mayTellMissed = createPerMinute(mostMissed, deps.now)
  return { ...deps, clients: createLastClients(deps.memory), mayTellMissed }
}

/** Who has an address: a host if there is one, else whoever it is. */
export function ownerAt(
  { macsOf, world }: Timeline,
  address: IpAddress | undefined,
): { mac?: Mac; host?: Host } {
  const macs = address === undefined ? [] : macsOf(address)
  const [first, ...others] = macs.map(mac => ({ mac, host: world.hostOf(mac) }))
  const { mac, host } = [first, ...others].find(one => one?.host) ?? first ?? {}
  return { ...(mac && { mac }), ...(host && { host }) }
}

/** What later boots must say where the network asks for it: `trust: uuid`. */
export function learnUuid({ memory }: Timeline, { name }: Host, uuid: string | undefined): void {
  if (uuid !== undefined && !isNoUuid(uuid)) memory.hosts.learnUuid(name, uuid)
}
