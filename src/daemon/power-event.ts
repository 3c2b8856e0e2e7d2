import { given } from '../base/given.ts'
import type { Log } from '../base/log.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Host } from '../boot/host.ts'
import type { PowerVerb } from '../boot/power.ts'
import { textOf } from '../boot/words/event.ts'
import type { PowerOutcome } from '../power/desk.ts'
import type { DaemonMemory } from '../store/memory.ts'

type PowerEvent = ContentOf<'power'>

/** What came of it that a host was switched. */
export function switchedEvent({ power }: Host, verb: PowerVerb, outcome: PowerOutcome): PowerEvent {
  const by = power?.by ?? ''
  if (!outcome.ok) return { kind: 'power', code: 'failed', data: { verb, by, why: outcome.why } }
  const { state, instead } = outcome
  const done = { verb, by: instead?.by ?? by, state, ...given('instead', instead?.why) }
  return { kind: 'power', code: 'done', data: done }
}

/** What was done to the power of a host is in its timeline and in the log. */
export function tellPower(
  { name: host }: Host,
  event: PowerEvent,
  {
    memory,
    log,
  }: { readonly memory: Pick<DaemonMemory, 'record'>; readonly log: Pick<Log, 'info' | 'warn'> },
): void {
  memory.record({ host, ...event })
  const isDone = ['done', 'started', 'ejected'].includes(event.code)
  log[isDone ? 'info' : 'warn']({ host }, textOf(event))
}
