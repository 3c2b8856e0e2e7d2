import type { KnownHost } from '../boot/decide.ts'
import { whyUnexpected } from '../boot/expect.ts'
import type { Host } from '../boot/host.ts'
import type { HostState } from '../boot/host-state.ts'
import { type Delivery, type Install, rulesOf, type Spec } from '../boot/install.ts'
import { knownOf } from '../boot/known-host.ts'
import { deadline, idle, isRunning, type Life, type LifeEvent } from '../boot/life.ts'
import type { Reason } from '../boot/reason.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Circumstance } from './callbacks.ts'
import { change } from './change.ts'
import type { InstallDeps } from './deps.ts'
import { newInstall } from './new-install.ts'
import type { Outbox } from './outbox.ts'
import { type Overrides, takeSpec } from './spec.ts'

export type Asked =
  | { readonly ok: true; readonly install: string }
  | { readonly ok: false; readonly reason: string }

export type Cancelled =
  | { readonly ok: true; readonly was: HostState; readonly warning?: string }
  | { readonly ok: false; readonly was: HostState; readonly reason: string }

/** What happens to hosts: asking, cancelling, their clocks and the ends of their callbacks. */
export function createLife(deps: InstallDeps, outbox: Outbox, heardAt: (host: string) => number) {
  const { memory } = deps
  const lifeOf = (name: string) => memory.hosts.get(name)?.life ?? idle

  const specOf = (name: string, life: Life): Spec | undefined => {
    const id = isRunning(life) ? memory.hosts.get(name)?.install : undefined
    return id === undefined ? undefined : memory.installs.get(id)?.spec
  }

  const apply = (name: string, event: LifeEvent, circumstance?: Circumstance) =>
    change(name, event, deps, outbox, circumstance)

  const made = (host: Host, overrides: Overrides) =>
    newInstall(host, overrides, {
      ...deps,
      takeSpec: (host, overrides) => takeSpec(host, overrides, deps),
    })

  const begin = (install: Install): void =>
    memory.write(() => {
      memory.installs.add(install)
      apply(install.host, { kind: 'asked' }, { install })
    })

  return {
    apply,
    lifeOf,

    /** What the boot decision needs to know of a host. */
    known(host: Host): KnownHost {
      const life = lifeOf(host.name)
      return knownOf(host, life, specOf(host.name, life)?.profile)
    },

    /** What an install of the host that is asked for now is made of, or why it cannot be asked for. */
    newInstall: made,

    /** An install is asked for. */
    begin,

    /** Asks for an install: what it is made of is taken now. With `dryRun` nothing is changed. */
    ask(host: Host, overrides: Overrides, replace: boolean, dryRun = false): Asked {
      const { state } = lifeOf(host.name)
      const begun = state === 'booting' || state === 'installing' || state === 'verifying'
      if (begun && !replace) {
        return { ok: false, reason: `${host.name} is ${state}; --replace starts over` }
      }
      const install = made(host, overrides)
      if ('refused' in install) return { ok: false, reason: sentenceOf(install.refused) }
      if (dryRun) return { ok: true, install: '' }
      begin(install)
      return { ok: true, install: install.id }
    },

    /** The installer is ready: the install starts, unless the machine is not what the config expects. */
    ready(name: string, said: Circumstance): void {
      const record = memory.hosts.get(name)
      const install =
        record?.install === undefined ? undefined : memory.installs.get(record.install)
      const { message, facts } = said
      const difference =
        record?.life.state === 'booting'
          ? whyUnexpected(install?.spec.profile.expect, facts)
          : undefined
      if (difference) apply(name, { kind: 'unexpected', difference }, { facts })
      else apply(name, { kind: 'ready', ...(message !== undefined && { message }) }, said)
    },

    /** Destroys the secrets of an install that is over. */
    tidy(install: string): void {
      if (memory.installs.get(install)?.endedAt !== undefined) deps.logins.drop(install)
    },

    /** Takes the wish back in any state that is not an end. With `dryRun` nothing is changed. */
    cancel(name: string, dryRun = false): Cancelled {
      const life = lifeOf(name)
      const { state, alive } = life
      const can = dryRun ? isRunning(life) : apply(name, { kind: 'cancelled' }) !== undefined
      if (!can) return { ok: false, was: state, reason: `${name} is ${state}: nothing to cancel` }
      const erasing = state === 'installing' || state === 'verifying' || alive
      const warning = `${name} was ${state}: it may already be erasing its disk`
      return { ok: true, was: state, ...(erasing && { warning }) }
    },

    /** Hosts that are in the config no more: a wish is cancelled, a running attempt goes on. */
    forget(inConfig: (name: string) => boolean): void {
      for (const { name } of memory.hosts.running()) {
        if (!inConfig(name)) apply(name, { kind: 'removed' })
      }
    },

    /** Ends what ran out of time. */
    tick(): void {
      const now = deps.now()
      for (const { name, life, install: id } of memory.hosts.late(now)) {
        const install = id === undefined ? undefined : memory.installs.get(id)
        if (!install) continue
        const end = deadline(life, rulesOf(install.spec.profile), heardAt(name))
        if (!end) continue
        if (end.at > now) memory.hosts.saveDeadline(name, end.at)
        else apply(name, { kind: 'late', why: end.why })
      }
    },

    /** The turn of a deploy has come: waiting for it counts for no clock. */
    deployStarted({ host, install, attempt }: Delivery): void {
      const record = memory.hosts.get(host)
      if (record?.install !== install || record.life.attempt !== attempt) return
      apply(host, { kind: 'started' })
    },

    /** The end of a deploy counts for the attempt it was started for, and only while that installs. */
    deployEnded({ host, install, attempt, target }: Delivery, why: Reason | undefined): void {
      const record = memory.hosts.get(host)
      if (record?.install !== install || record.life.attempt !== attempt) return
      if (why) apply(host, { kind: 'undeployed', because: why })
      else if (target.kind !== 'webhook') apply(host, { kind: 'deployed' })
    },
  }
}

export type Lives = ReturnType<typeof createLife>
