import { join } from 'node:path'
import type { ContentOf } from '../../boot/event.ts'
import type { PowerVerb } from '../../boot/power.ts'
import type { BmcRouteDeps } from '../../http/api/bmc-routes.ts'
import type { CallbackDeps } from '../../http/api/callback-routes.ts'
import type { ChoiceDeps } from '../../http/api/choose.ts'
import type { ConsoleRouteDeps } from '../../http/api/console-routes.ts'
import type { DaemonDeps } from '../../http/api/daemon-routes.ts'
import type { Actor } from '../../http/api/guard.ts'
import type { InstallRouteDeps } from '../../http/api/install-routes.ts'
import type { PowerRouteDeps } from '../../http/api/power-routes.ts'
import { isRetryable } from '../../http/api/views.ts'
import type { HttpParts } from '../parts.ts'
import { switchedEvent, tellPower } from '../power-event.ts'
import { wake } from '../wake.ts'
import { showDaemons } from './show-daemons.ts'

/** Something that a person did by the API. */
export interface Deed {
  readonly who: string
  readonly address: string
  readonly action: string
  readonly text: string
  readonly hosts: readonly string[]
  /** Of what was done to the power of hosts. */
  readonly verb?: PowerVerb
  readonly once?: { readonly key: string; readonly request: string; readonly answer: unknown }
}

/** What is done to hosts; the rest is for the admin log alone. */
const toHosts = ['install', 'cancel', 'retry'] as const

/** A deed is in the admin log, in the daemon's log, and in the timelines of the hosts it was done to. */
export function recordDeed(deed: Deed, { memory, log }: HttpParts): void {
  const { who, address, action, text, hosts } = deed
  log.info({ who, address, action, hosts: hosts.slice(0, 100) }, `admin: ${text}`)
  // Whoever stands by keeps nothing.
  if (memory.standsBy() !== undefined) return
  const event = eventOf(deed)
  memory.write(() => {
    memory.adminLog.add(deed)
    if (event) for (const host of hosts) memory.record({ host, ...event })
  })
}

/** What the timeline of a host says of it. */
function eventOf({ who, address, action, verb }: Deed): ContentOf<'admin'> | undefined {
  const data = { who, address }
  if (verb) return { kind: 'admin', code: 'power', data: { ...data, verb } }
  const code = toHosts.find(one => one === action)
  return code && { kind: 'admin', code, data }
}

export function did(
  { name: who, address }: Actor,
  act: Omit<Deed, 'who' | 'address'>,
  parts: HttpParts,
): void {
  recordDeed({ who, address, ...act }, parts)
}

/** What hosts are chosen from. */
function choiceDeps({ world, lives, memory }: HttpParts): ChoiceDeps {
  return {
    hosts: () => world.config().hosts,
    profiles: () => world.config().profiles.keys(),
    stateOf: name => lives.lifeOf(name).state,
    factsOf: memory.hosts.facts,
  }
}

/** Asking for installs and taking them back. */
export function installDeps(parts: HttpParts): InstallRouteDeps {
  const { world, memory, lives, log } = parts
  return {
    ...choiceDeps(parts),
    profile: name => world.config().profiles.get(name),
    eraser: () => world.config().eraser,
    capturer: () => world.config().capturer,
    imagePath: file => join(world.config().assets, 'images', file),
    ask(host, overrides, replace, dryRun) {
      const asked = lives.ask(host, overrides, replace, dryRun)
      const isStarted = host.power !== undefined && overrides.power !== false
      if (asked.ok && !dryRun && host.wake && !isStarted) {
        wake(host, parts).catch(err => log.error({ err, host: host.name }, 'not woken'))
      }
      return asked
    },
    cancel: lives.cancel,
    write: memory.write,
    did: (actor, act) => did(actor, act, parts),
    answered: memory.adminLog.byKey,
    committed: memory.committed,
  }
}

/** What is done to the power of machines, and what came of it in their timelines. */
export function powerDeps(parts: HttpParts): PowerRouteDeps {
  const { memory, power } = parts
  return {
    ...choiceDeps(parts),
    whyNot: power.whyNot,
    async run(host, verb) {
      const done = await power.run(host, verb)
      if (verb === 'status') return done
      tellPower(host, switchedEvent(host, verb, done), parts)
      return done
    },
    did: (actor, act) => did(actor, act, parts),
    committed: memory.committed,
  }
}

/** The certificates of BMCs. */
export function bmcDeps(parts: HttpParts): BmcRouteDeps {
  const { certificates, trust } = parts.power
  return {
    ...choiceDeps(parts),
    ...{ certificates, trust },
    did: (actor, act) => did(actor, act, parts),
    committed: parts.memory.committed,
  }
}

/** Reading consoles, and typing at them. */
export function consoleDeps(parts: HttpParts): ConsoleRouteDeps {
  const { consoles, world, memory } = parts
  return {
    ...consoles,
    hosts: () => world.config().hosts,
    now: performance.now.bind(performance),
    did: (actor, act) => did(actor, act, parts),
    committed: memory.committed,
  }
}

export function callbackDeps(parts: HttpParts): CallbackDeps {
  const { memory, now, wakeOutbox } = parts
  const { deliveries } = memory
  return {
    ofStates: deliveries.ofStates,
    get: deliveries.get,
    line: deliveries.line,
    retry(delivery, actor) {
      if (!isRetryable(delivery)) return
      const { id, host, callback, event } = delivery
      memory.write(() => {
        deliveries.again(id, now())
        const text = `asked for the callback ${callback} (${event}) of ${host} again`
        did(actor, { action: 'retry', text, hosts: [host] }, parts)
      })
      wakeOutbox()
    },
    committed: memory.committed,
  }
}

/** Reloads and drains. */
export function daemonDeps(parts: HttpParts): DaemonDeps {
  const { reload, drain, memory, wakeOutbox } = parts
  return {
    reload: reload.run,
    daemons: () => showDaemons(parts),
    draining: drain.state,
    drain(on) {
      drain.set(on)
      wakeOutbox()
    },
    did: (actor, act) => did(actor, act, parts),
    committed: memory.committedHere,
  }
}
