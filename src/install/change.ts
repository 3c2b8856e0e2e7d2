import { deadline } from '../boot/deadline.ts'
import type { HostState } from '../boot/host-state.ts'
import { type Install, rulesOf } from '../boot/install.ts'
import { idle, isRunning, type Life, type LifeEvent, type Transition } from '../boot/life.ts'
import { nextState } from '../boot/next-state.ts'
import { mediumLeft, powerDeed } from '../boot/power-deed.ts'
import { type Circumstance, dueCallbacks } from './callbacks.ts'
import type { InstallDeps } from './deps.ts'
import type { Outbox } from './outbox.ts'

export function lifeOf(name: string, { memory }: InstallDeps): Life {
  return memory.hosts.get(name)?.life ?? idle
}

/**
 * Applies an event to a host's life: the new state, its clock, its line in the timeline and the
 * callbacks that follow are written together. Returns undefined where the event changes nothing.
 */
export function change(
  name: string,
  event: LifeEvent,
  deps: InstallDeps,
  outbox: Outbox,
  circumstance: Circumstance = {},
): Transition | undefined {
  const { memory } = deps
  const now = deps.now()
  const record = memory.hosts.get(name)
  const life = record?.life ?? idle
  const running = record?.install === undefined ? undefined : memory.installs.get(record.install)
  const install = circumstance.install ?? running
  if (!install) return undefined

  const over = (id: string) => memory.installs.get(id)?.endedAt !== undefined
  const rules = rulesOf(install.spec)
  const step = nextState(life, event, rules, now)
  if (!step || step.life === life) return step

  memory.write(() => {
    const due = dueCallbacks(install, step, circumstance, deps)
    if (step.deploy === 'end' && running) outbox.endDeploy(running.id)
    if (step.revokes) memory.installs.voidAttempts(name)
    memory.hosts.saveLife(name, step.life, install.id, deadline(step.life, rules, 0)?.at)
    if (step.life.state !== life.state) {
      memory.hosts.saveProgress(name, undefined, undefined)
    }
    if (running) endOf(running, event, step, deps, now)
    tell(name, life.state, step, deps)
    for (const delivery of due) memory.deliveries.add(delivery, now)
  })
  // While a deploy is being ended it needs them.
  if (running && over(running.id) && !outbox.isDeploying(running.id)) deps.logins.drop(running.id)
  outbox.wake()
  const isLeft = isRunning(life) && mediumLeft(step.life, install.spec.host.power) !== undefined
  if (isLeft || powerDeed(step.life).kind !== 'none') deps.powerDue(name)
  return step
}

/**
 * An install ends with its host's state, or when another one takes its place. One that had failed by
 * time and is heard of late ends once more.
 */
function endOf(
  running: Install,
  event: LifeEvent,
  step: Transition,
  deps: InstallDeps,
  now: number,
) {
  const { installs } = deps.memory
  const { state, why } = step.life
  if (event.kind === 'asked') {
    if (running.endedAt !== undefined) return
    installs.end(running.id, now, 'replaced', { code: 'replaced' })
  } else if (step.notify && !isRunning(step.life)) {
    installs.end(running.id, now, state === 'idle' ? 'cancelled' : state, why)
  }
}

function tell(name: string, before: HostState, step: Transition, deps: InstallDeps): void {
  const { state, why } = step.life
  if (step.note) deps.memory.record({ host: name, ...step.note })
  if (state === before) return
  const data = { from: before, to: state, why }
  deps.memory.record({ host: name, kind: 'state', code: state, data })
}
