import type { Clock } from '../base/clock.ts'
import { lineOfProgram } from '../base/printable.ts'
import type { Delivery, Target } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { type CallbackTold, callbackEvent } from './callback-event.ts'
import {
  type CommandEnd,
  commandFailure,
  type RunningCommand,
  runCommand,
  withoutSecrets,
} from './command.ts'
import type { Memory } from './deps.ts'
import { createOutput } from './output.ts'
import type { PreparedDeploy, Preparing } from './ssh/deploy.ts'
import type { sendWebhook } from './webhook.ts'

/** Seconds a webhook is tried for before it counts as undelivered. */
const triedFor = 24 * 3600
const longestPause = 300
/** Milliseconds from one try to write down what became of a delivery to the next. */
const keepAgainMs = 1000

export interface DeliverDeps {
  readonly memory: Memory
  readonly clock: Pick<Clock, 'sleepIdle'>
  now(): number
  readonly sendWebhook: typeof sendWebhook
  /** Makes a command, ssh or nixosAnywhere callback ready to run. */
  prepare(delivery: Delivery): Promise<Preparing>
  /** A deploy that a dead daemon left may be started again. */
  canResume(delivery: Delivery): boolean
  /** The turn of a deploy has come. */
  deployStarted(delivery: Delivery): void
  /** A command that installs has ended; a webhook that installs has been delivered or not. */
  deployEnded(delivery: Delivery, why: Reason | undefined): void
  tried?(result: 'delivered' | 'retry' | 'undelivered' | 'ended' | 'failed'): void
  /** Bytes of output kept for each command. */
  outputBound(): number
}

/** What deliveries are made with. */
export interface Delivering {
  readonly deps: DeliverDeps
  /** Commands that run, by their delivery's id. */
  readonly commands: Map<number, { readonly delivery: Delivery; readonly running: RunningCommand }>
  /** Aborted when the daemon ends. */
  readonly closing: AbortSignal
}

/** Seconds until a webhook that was tried this often before, and now in vain again, is due. */
export function pauseAfter(tries: number): number {
  return Math.min(longestPause, 2 ** tries)
}

/** Tries a delivery once, whatever it is, and keeps what became of it. */
export function tryDelivery(delivery: Delivery, delivering: Delivering): Promise<void> {
  const { target } = delivery
  switch (target.kind) {
    case 'webhook':
      return post(delivery, target, delivering)
    case 'command':
    case 'ssh':
    case 'nixosAnywhere':
      return run(delivery, delivering)
    case 'broken':
      return giveUp(
        delivery,
        'broken',
        { code: 'template-failed', error: target.reason },
        delivering,
      )
  }
}

/** Adds to the timeline of its host what became of a callback. */
export function tell(memory: Memory, ...told: CallbackTold): void {
  memory.record(callbackEvent(...told))
}

async function post(
  delivery: Delivery,
  target: Extract<Target, { kind: 'webhook' }>,
  delivering: Delivering,
): Promise<void> {
  const { deps, closing } = delivering
  const { memory } = deps
  memory.deliveries.start(delivery.id)
  const outcome = await deps.sendWebhook(target, delivery, closing)
  if (closing.aborted) return
  const next = deps.now() + pauseAfter(delivery.tries) * 1000
  if (!outcome.ok && next > delivery.createdAt + triedFor * 1000) {
    return giveUp(delivery, 'undelivered', outcome.why, delivering)
  }
  await keep(delivery, delivering, () => {
    if (outcome.ok) {
      memory.deliveries.end(delivery.id, 'delivered')
      tell(memory, delivery, 'delivered')
      if (delivery.role === 'deploy') deps.deployEnded(delivery, undefined)
    } else {
      memory.deliveries.retry(delivery.id, next, outcome.why)
      tell(memory, delivery, 'not-delivered', outcome.why)
    }
  })
  deps.tried?.(outcome.ok ? 'delivered' : 'retry')
}

async function giveUp(
  delivery: Delivery,
  code: 'broken' | 'undelivered',
  why: Reason,
  delivering: Delivering,
): Promise<void> {
  const { deps } = delivering
  await keep(delivery, delivering, () => {
    deps.memory.deliveries.end(delivery.id, 'undelivered', why)
    tell(deps.memory, delivery, code, why)
    if (delivery.role === 'deploy') deps.deployEnded(delivery, why)
  })
  if (code === 'undelivered') deps.tried?.(code)
}

async function run(delivery: Delivery, delivering: Delivering): Promise<void> {
  const { deps, closing } = delivering
  const { deliveries } = deps.memory
  deliveries.start(delivery.id)
  if (delivery.role === 'deploy') deps.deployStarted(delivery)
  await deps.memory.committed()
  if (!deliveries.isRunning(delivery.id) || closing.aborted) return
  const prepared = await prepare(delivery, deps)
  if (!deliveries.isRunning(delivery.id) || goesOnLater(delivery, delivering)) return
  if ('refused' in prepared) return ended(delivery, prepared.refused, delivering)
  const outcome = await runPrepared(delivery, prepared, delivering)
  const why = outcome.ok ? undefined : commandFailure(outcome, prepared.secrets)
  await prepared.done(!outcome.ok && outcome.stopped === true)
  if (why !== undefined && goesOnLater(delivery, delivering)) return
  await ended(delivery, why, delivering)
}

async function prepare(delivery: Delivery, deps: DeliverDeps): Promise<Preparing> {
  try {
    return await deps.prepare(delivery)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { refused: { code: 'cannot-prepare', error: text } }
  }
}

/** What the daemon's own end has cut goes on at the next start, if the same boot still proves itself. */
function goesOnLater(delivery: Delivery, { deps, closing }: Delivering): boolean {
  return closing.aborted && deps.canResume(delivery)
}

async function runPrepared(
  delivery: Delivery,
  { command, extras, title, secrets }: PreparedDeploy,
  { deps, commands }: Delivering,
): Promise<CommandEnd> {
  const { memory } = deps
  const output = createOutput(delivery, deps, line => withoutSecrets(lineOfProgram(line), secrets))
  const running = runCommand(command, output.line, extras)
  if (running.group) {
    memory.deliveries.saveGroup(delivery.id, running.group.pgid, running.group.start)
  }
  commands.set(delivery.id, { delivery, running })
  tell(memory, delivery, 'started', withoutSecrets(title, secrets))
  const outcome = await running.ended
  commands.delete(delivery.id)
  output.end()
  return outcome
}

async function ended(
  delivery: Delivery,
  why: Reason | undefined,
  delivering: Delivering,
): Promise<void> {
  const { deps } = delivering
  const { memory } = deps
  await keep(delivery, delivering, () => {
    memory.deliveries.end(delivery.id, 'ended', why)
    if (why === undefined) tell(memory, delivery, 'ended')
    else tell(memory, delivery, 'failed', why)
    if (delivery.role === 'deploy') deps.deployEnded(delivery, why)
  })
  deps.tried?.(why === undefined ? 'ended' : 'failed')
}

/**
 * Writes what became of a delivery until it is on disk: nothing else knows of it, and as long as it runs by
 * what is on disk nobody begins it again.
 */
async function keep(
  { id }: Delivery,
  { deps: { memory, clock }, closing }: Delivering,
  write: () => void,
): Promise<void> {
  do {
    try {
      memory.write(write)
      return await memory.committed()
    } catch {
      // What is in memory alone will be kept when the database is back.
      if (!memory.deliveries.isRunning(id)) return
    }
    await clock.sleepIdle(keepAgainMs)
  } while (!closing.aborted)
}
