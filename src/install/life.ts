import { deadline } from '../boot/deadline.ts'
import type { KnownHost } from '../boot/decide.ts'
import { diskWords, whyUnexpected } from '../boot/expect.ts'
import type { Host } from '../boot/host.ts'
import { type Delivery, type Install, rulesOf } from '../boot/install.ts'
import { knownOf } from '../boot/known-host.ts'
import { isRunning, type LifeEvent } from '../boot/life.ts'
import type { Reason } from '../boot/reason.ts'
import { type WorkOrder, workOrderOf } from '../boot/work-order.ts'
import type { Circumstance } from './callbacks.ts'
import { change, lifeOf } from './change.ts'
import type { InstallDeps } from './deps.ts'
import type { Outbox } from './outbox.ts'
import type { Overrides } from './spec.ts'
import { ask, begin, cancel, installOf } from './wish.ts'

/** What happens to hosts: asking, cancelling, their clocks and the ends of their callbacks. */
export function createLife(deps: InstallDeps, outbox: Outbox, heardAt: (host: string) => number) {
  const { memory } = deps
  const apply = (name: string, event: LifeEvent, circumstance?: Circumstance) =>
    change(name, event, deps, outbox, circumstance)
  return {
    apply,
    lifeOf: (name: string) => lifeOf(name, deps),

    /** What the boot decision needs to know of a host. */
    known: (host: Host): KnownHost => knownHost(host, deps),

    /** What an install of the host that is asked for now is made of, or why it cannot be asked for. */
    newInstall: (host: Host, overrides: Overrides) => installOf(host, overrides, deps),

    /** An install is asked for by its machine, which netboots. */
    begin: (install: Install): void => begin(install, deps, outbox, true),

    /** Asks for an install: what it is made of is taken now. With `dryRun` nothing is changed. */
    ask: (host: Host, overrides: Overrides, replace: boolean, dryRun = false) =>
      ask(host, overrides, { replace, dryRun }, deps, outbox),

    /** Takes the wish back in any state that is not an end. With `dryRun` nothing is changed. */
    cancel: (name: string, dryRun = false) => cancel(name, dryRun, deps, outbox),

    /** The installer is ready: the install starts, unless the machine is not what the config expects. */
    ready(name: string, said: Circumstance): void {
      const { event, circumstance, order } = whenReady(name, said, deps)
      apply(name, event, circumstance)
      if (order) tellOrder(name, order, deps)
    },

    /** Destroys the secrets of an install that is over. */
    tidy(install: string): void {
      if (memory.installs.get(install)?.endedAt !== undefined) deps.logins.drop(install)
    },

    /** Hosts that are in the config no more: a wish is cancelled, a running attempt goes on. */
    forget(inConfig: (name: string) => boolean): void {
      for (const { name } of memory.hosts.running()) {
        if (!inConfig(name)) apply(name, { kind: 'removed' })
      }
    },

    /** Ends what ran out of time. */
    tick: (): void => endLate(deps, heardAt, apply),

    /** The turn of a deploy has come: waiting for it counts for no clock. */
    deployStarted(delivery: Delivery): void {
      if (isOfItsAttempt(delivery, deps)) apply(delivery.host, { kind: 'started' })
    },

    /** The end of a deploy counts for the attempt it was started for, and only while that installs. */
    deployEnded(delivery: Delivery, why: Reason | undefined): void {
      if (!isOfItsAttempt(delivery, deps)) return
      if (why) apply(delivery.host, { kind: 'undeployed', because: why })
      else if (delivery.target.kind !== 'webhook') apply(delivery.host, { kind: 'deployed' })
    },
  }
}

export type Lives = ReturnType<typeof createLife>

function knownHost(host: Host, deps: InstallDeps): KnownHost {
  const life = lifeOf(host.name, deps)
  const install = isRunning(life) ? installNow(host.name, deps) : undefined
  return knownOf(host, life, install?.spec.profile)
}

/** The install under way, or the last one. */
function installNow(name: string, { memory }: InstallDeps): Install | undefined {
  const id = memory.hosts.get(name)?.install
  return id === undefined ? undefined : memory.installs.get(id)
}

interface Readiness {
  readonly event: LifeEvent
  readonly circumstance: Circumstance
  /** What is done to which disks from now on. */
  readonly order?: WorkOrder
}

/** What it means that an installer is ready: it may be another machine than the config expects. */
function whenReady(name: string, said: Circumstance, deps: InstallDeps): Readiness {
  const { message, facts } = said
  const isBooting = lifeOf(name, deps).state === 'booting'
  const spec = isBooting ? installNow(name, deps)?.spec : undefined
  const chosen = spec && workOrderOf(spec, facts)
  const [refused, order] = chosen && 'refused' in chosen ? [chosen.refused] : [undefined, chosen]
  const difference = whyUnexpected(spec?.profile.expect, facts) ?? refused
  if (difference) return { event: { kind: 'unexpected', difference }, circumstance: { facts } }
  const event: LifeEvent = { kind: 'ready', ...(message !== undefined && { message }) }
  return { event, circumstance: said, ...(order && { order }) }
}

/** The timeline has what is lost, and for which image, before the agent is told it. */
function tellOrder(host: string, { kind, order }: WorkOrder, { memory }: InstallDeps): void {
  if (kind === 'erase') {
    const disks = order.disks.map(disk => diskWords({ ...disk }))
    memory.record({ host, kind: 'note', code: 'erases-disks', data: { disks } })
    return
  }
  const { name: path, serial, size } = order.disk
  const disk = { disk: path, size, ...(serial !== null && { serial }) }
  const [code, image] =
    kind === 'write'
      ? (['writes-image', order.image] as const)
      : (['captures-disk', order.rule.image] as const)
  memory.record({ host, kind: 'note', code, data: { ...disk, image } })
}

function endLate(
  { memory, now }: InstallDeps,
  heardAt: (host: string) => number,
  apply: (name: string, event: LifeEvent) => void,
): void {
  const at = now()
  for (const { name, life, install: id } of memory.hosts.late(at)) {
    const install = id === undefined ? undefined : memory.installs.get(id)
    const end = install && deadline(life, rulesOf(install.spec), heardAt(name))
    if (!end) continue
    if (end.at > at) memory.hosts.saveDeadline(name, end.at)
    else apply(name, { kind: 'late', why: end.why })
  }
}

/** Whether a deploy was started for what its host lives through now. */
function isOfItsAttempt({ host, install, attempt }: Delivery, { memory }: InstallDeps): boolean {
  const record = memory.hosts.get(host)
  return record?.install === install && record.life.attempt === attempt
}
