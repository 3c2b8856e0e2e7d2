import { given } from '../base/given.ts'
import type { Log } from '../base/log.ts'
import { archs } from '../boot/arch.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Host } from '../boot/host.ts'
import { isRunning } from '../boot/life.ts'
import type { Firmware } from '../boot/power.ts'
import {
  isStarting,
  isSwitchingOff,
  mediumLeft,
  type PowerDeed,
  powerDeed,
} from '../boot/power-deed.ts'
import type { Which } from '../boot/start.ts'
import type { Lives } from '../install/life.ts'
import type { PowerDesk, StartedOutcome } from '../power/desk.ts'
import type { LastClient } from '../record/last-client.ts'
import type { DaemonMemory } from '../store/memory.ts'
import { switchedEvent, tellPower } from './power-event.ts'

export interface StartDeps {
  readonly memory: Pick<DaemonMemory, 'hosts' | 'installs' | 'record' | 'committed'>
  readonly lives: Pick<Lives, 'apply' | 'lifeOf'>
  readonly power: Pick<PowerDesk, 'start' | 'shutDown' | 'eject'>
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Epoch milliseconds. */
  now(): number
  /** What the firmware of a host said it is. */
  clientOf(host: string): LastClient | undefined
}

/** Does to the power of hosts what their lives say is due. */
export interface Starts {
  /** Looks at a host soon. */
  wake(host: string): void
  /** Whether something is being done to it, or waits for its turn. */
  isUnderWay(host: string): boolean
  /** Takes up what an earlier run has left due. What had begun is never done again. */
  recover(): void
  /** Begins nothing more, and lets nothing that ends count. */
  stop(): void
  ended(): Promise<unknown>
}

interface Work extends StartDeps {
  readonly underWay: Map<string, Promise<void>>
  /** Installs whose image was asked for to be taken out. */
  readonly ejected: Set<string>
  stopped: boolean
}

/**
 * A start that is due lies in the life of its host. `begun` is written there and on disk before anything
 * happens to the machine, so that a daemon that is killed at any instant starts no machine twice: one that
 * had begun is given its time to be heard, and then once more by off and on, as any that came to nothing.
 */
export function createStarts(deps: StartDeps): Starts {
  const work: Work = { ...deps, underWay: new Map(), ejected: new Set(), stopped: false }
  return {
    wake: host => wake(host, work),
    isUnderWay: host => work.underWay.has(host),
    recover() {
      for (const { name, life } of deps.memory.hosts.all()) {
        const isLate = !isRunning(life) && deps.now() - life.since < ejectsWithinMs
        if (isLate || powerDeed(life).kind !== 'none') wake(name, work)
      }
    },
    stop() {
      work.stopped = true
    },
    ended: () => Promise.allSettled(work.underWay.values()),
  }
}

function wake(host: string, work: Work): void {
  if (work.stopped || work.underWay.has(host)) return
  const done = settle(host, work)
    .catch(err => {
      work.log.error({ err, host }, 'its power could not be looked after')
      return false
    })
    .then(again => {
      work.underWay.delete(host)
      // Another install may have been asked for meanwhile.
      if (again) wake(host, work)
    })
  work.underWay.set(host, done)
}

/** An image that was left in a drive is looked for after a restart, if its install ended so lately. */
const ejectsWithinMs = 24 * 3_600_000

/** Does what is due; whether there may be more. */
async function settle(name: string, work: Work): Promise<boolean> {
  const { memory, lives } = work
  await memory.committed()
  const deed = powerDeed(lives.lifeOf(name))
  const install = memory.hosts.get(name)?.install
  const host = install === undefined ? undefined : memory.installs.get(install)?.spec.host
  if (work.stopped || install === undefined || !host) return false
  if (deed.kind === 'none') {
    await eject(host, install, work)
    return false
  }
  if (deed.kind === 'off') await switchOff(host, install, work)
  else await start(host, install, deed, work)
  const isLeft = mediumLeft(lives.lifeOf(name), host.power) !== undefined
  return !work.stopped && (isLeft || powerDeed(lives.lifeOf(name)).kind !== 'none')
}

/** Whatever becomes of it, an image that is not ours is left where it is: this may be done again. */
async function eject(host: Host, install: string, work: Work): Promise<void> {
  const { lives, power, ejected } = work
  const medium = mediumLeft(lives.lifeOf(host.name), host.power)
  if (medium === undefined || ejected.has(install)) return
  ejected.add(install)
  const outcome = await power.eject(host, medium)
  const by = host.power?.by ?? ''
  if (work.stopped || (outcome.ok && !outcome.was)) return
  const event = outcome.ok
    ? ({ kind: 'power', code: 'ejected', data: { by } } as const)
    : ({ kind: 'power', code: 'not-ejected', data: { by, why: outcome.why } } as const)
  tellPower(host, event, work)
}

type StartDeed = Extract<PowerDeed, { readonly kind: 'start' }>

async function start(host: Host, install: string, deed: StartDeed, work: Work): Promise<void> {
  const { lives, power } = work
  const { name } = host
  const which = { attempt: deed.attempt, again: deed.again }
  const isNow = () => !work.stopped && isOf(name, install, work)
  const isWanted = () => isNow() && isStarting(lives.lifeOf(name), which)
  const begin = async () => {
    if (!isNow() || !lives.apply(name, { kind: 'switching', ...which })) return false
    await work.memory.committed()
    return isWanted()
  }
  const firmware = firmwareOf(host, work.clientOf(name))
  const medium = host.power?.medium
  const plan = {
    ...{ again: deed.again, isWanted },
    ...{ ...given('firmware', firmware), ...given('medium', medium) },
  }
  const outcome = await power.start(host, plan, begin)
  if (!outcome || work.stopped) return
  tellPower(host, startedEvent(host, which, outcome, firmware), work)
  if (isOf(name, install, work)) lives.apply(name, { kind: 'switched', ...which, outcome })
}

async function switchOff(host: Host, install: string, work: Work): Promise<void> {
  const { lives, power, memory } = work
  const { name } = host
  const outcome = await power.shutDown(host, async () => {
    if (work.stopped || !isOf(name, install, work)) return false
    if (!lives.apply(name, { kind: 'switching-off' })) return false
    await memory.committed()
    return !work.stopped && isSwitchingOff(lives.lifeOf(name))
  })
  if (!outcome || work.stopped) return
  tellPower(host, switchedEvent(host, 'off', outcome), work)
}

/** Whether the host still lives through this install. */
function isOf(name: string, install: string, { memory }: Work): boolean {
  return memory.hosts.get(name)?.install === install
}

function startedEvent(
  { power }: Host,
  which: Which,
  outcome: NonNullable<StartedOutcome>,
  firmware: Firmware | undefined,
): ContentOf<'power'> {
  const data = { by: power?.by ?? '', ...which }
  if (!outcome.ok)
    return { kind: 'power', code: 'not-started', data: { ...data, why: outcome.why } }
  const { state, switchedOn, doubt, instead } = outcome
  const more = {
    ...given('switchedOn', switchedOn),
    ...given('doubt', doubt),
    ...given('firmware', firmware),
    ...given('medium', power?.medium === undefined ? undefined : (true as const)),
  }
  return {
    kind: 'power',
    code: 'started',
    data: { ...data, by: instead?.by ?? data.by, state, ...more },
  }
}

/** How a machine netboots, as the config says or as it did the last time. */
function firmwareOf({ arch }: Host, client: LastClient | undefined): Firmware | undefined {
  const is = arch ?? archs.find(one => one === client?.arch)
  if (is === undefined) return undefined
  const door = client?.stage === 'http-firmware' ? 'http' : 'pxe'
  return { mode: is === 'bios' ? 'bios' : 'uefi', door }
}
