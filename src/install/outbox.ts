import { lineOfProgram } from '../base/printable.ts'
import type { Delivery } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { type CallbackTold, callbackEvent } from './callback-event.ts'
import { failureOf, masked, type RunningCommand, runCommand } from './command.ts'
import type { Memory } from './deps.ts'
import { createLine } from './line.ts'
import { createOutput } from './output.ts'
import { groupsWith, killGroup, type ProcessGroup } from './process-group.ts'
import type { Preparing } from './ssh/deploy.ts'
import { sendWebhook } from './webhook.ts'

/** Webhooks and commands that are under way at the same time. */
const atOnce = 32
/** Seconds a webhook is tried for before it counts as undelivered. */
const triedFor = 24 * 3600
const longestPause = 300
/** What ran when the daemon was killed. */
const cut: Reason = { code: 'daemon-restarted-meanwhile' }

/** Seconds until a webhook that was tried this often before, and now in vain again, is due. */
export function pauseAfter(tries: number): number {
  return Math.min(longestPause, 2 ** tries)
}

export interface OutboxDeps {
  readonly memory: Memory
  now(): number
  /** Makes a command, ssh or nixosAnywhere callback ready to run. */
  prepare(delivery: Delivery): Promise<Preparing>
  /** A deploy that a dead daemon left may be started again. */
  canResume(delivery: Delivery): boolean
  /** How many deploys work at the same time. */
  places(): number
  /** The turn of a deploy has come. */
  deployStarted(delivery: Delivery): void
  /** A command that installs has ended; a webhook that installs has been delivered or not. */
  deployEnded(delivery: Delivery, why: Reason | undefined): void
  /** Nothing of a deploy of an install runs any more, however that came. */
  left(install: string): void
  /** A delivery could not be looked after, for example because the disk is full. */
  failed(delivery: Delivery, error: unknown): void
  tried?(result: 'delivered' | 'retry' | 'undelivered' | 'ended' | 'failed'): void
  /** Bytes of output kept for each command. */
  outputBound(): number
}

/** Makes the callbacks that are due. They are on disk before the answer that caused them left. */
export interface Outbox {
  /** Looks for due callbacks soon. */
  wake(): void
  /** Whether a process of a deploy of this install still runs. */
  isDeploying(install: string): boolean
  /** Ends the running deploy of an install; what it does from then on counts no more. */
  endDeploy(install: string): void
  /** Ends what a daemon that was killed has left running. Those deliveries are never run again. */
  recover(): Delivery[]
  /** Stops: running commands are ended, webhooks are tried again at the next start. */
  close(): Promise<void>
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const { memory } = deps
  const commands = new Map<number, { delivery: Delivery; running: RunningCommand }>()
  /** Commands from the moment they are made ready. */
  const processes = new Map<number, Delivery>()
  const underWay = new Map<number, Promise<void>>()
  const line = createLine(memory)
  const closing = new AbortController()
  let woken = false

  const wake = () => {
    if (woken || closing.signal.aborted) return
    woken = true
    setImmediate(start)
  }
  /** Nothing runs before it is on disk: what was never written cannot be found again. */
  const start = async () => {
    woken = false
    try {
      await memory.committed()
    } catch {
      return
    }
    if (closing.signal.aborted) return
    // Commands run for long and must not keep webhooks waiting.
    const webhooks = underWay.size - processes.size
    for (const delivery of memory.deliveries.due(deps.now(), atOnce - webhooks)) begin(delivery)
    for (const delivery of memory.deliveries.waiting(deps.places() + underWay.size)) {
      const deploying = [...processes.values()].filter(({ role }) => role === 'deploy').length
      if (deploying >= deps.places()) {
        line.tell()
        break
      }
      begin(delivery)
    }
  }
  const begin = (delivery: Delivery) => {
    if (underWay.has(delivery.id)) return
    if (isProcess(delivery)) processes.set(delivery.id, delivery)
    const done = make(delivery)
      .catch(error => deps.failed(delivery, error))
      .finally(() => {
        processes.delete(delivery.id)
        if (delivery.role === 'deploy' && !closing.signal.aborted) deps.left(delivery.install)
        underWay.delete(delivery.id)
        wake()
      })
    underWay.set(delivery.id, done)
  }
  const make = async (delivery: Delivery): Promise<void> => {
    switch (delivery.target.kind) {
      case 'webhook':
        return post(delivery, delivery.target)
      case 'command':
      case 'ssh':
      case 'nixosAnywhere':
        return run(delivery)
      case 'broken':
        return giveUp(delivery, 'broken', {
          code: 'template-failed',
          error: delivery.target.reason,
        })
    }
  }

  const post = async (
    delivery: Delivery,
    target: Extract<Delivery['target'], { kind: 'webhook' }>,
  ): Promise<void> => {
    memory.deliveries.start(delivery.id)
    const outcome = await sendWebhook(target, delivery, closing.signal)
    if (closing.signal.aborted) return
    if (outcome.ok) {
      memory.deliveries.end(delivery.id, 'delivered')
      deps.tried?.('delivered')
      tell(delivery, 'delivered')
      if (delivery.role === 'deploy') deps.deployEnded(delivery, undefined)
      return
    }
    const next = deps.now() + pauseAfter(delivery.tries) * 1000
    if (next > delivery.createdAt + triedFor * 1000) {
      deps.tried?.('undelivered')
      return giveUp(delivery, 'undelivered', outcome.why)
    }
    memory.deliveries.retry(delivery.id, next, outcome.why)
    deps.tried?.('retry')
    tell(delivery, 'not-delivered', outcome.why)
  }
  const giveUp = (delivery: Delivery, code: 'broken' | 'undelivered', why: Reason) => {
    memory.deliveries.end(delivery.id, 'undelivered', why)
    tell(delivery, code, why)
    if (delivery.role === 'deploy') deps.deployEnded(delivery, why)
  }

  const run = async (delivery: Delivery): Promise<void> => {
    memory.deliveries.start(delivery.id)
    if (delivery.role === 'deploy') deps.deployStarted(delivery)
    await memory.committed()
    if (!memory.deliveries.isRunning(delivery.id) || closing.signal.aborted) return
    const prepared = await deps.prepare(delivery).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error)
      return { refused: { code: 'cannot-prepare', error: text } as const }
    })
    if (!memory.deliveries.isRunning(delivery.id)) return
    if (closing.signal.aborted && deps.canResume(delivery)) return
    if ('refused' in prepared) return ended(delivery, prepared.refused)
    const { command, extras, secrets } = prepared
    const output = createOutput(delivery, deps, line => masked(lineOfProgram(line), secrets))
    const running = runCommand(command, output.line, extras)
    if (running.group) {
      memory.deliveries.saveGroup(delivery.id, running.group.pgid, running.group.start)
    }
    commands.set(delivery.id, { delivery, running })
    tell(delivery, 'started', masked(prepared.title, secrets))
    const outcome = await running.ended
    commands.delete(delivery.id)
    output.end()
    const why = outcome.ok ? undefined : failureOf(outcome, secrets)
    await prepared.done(!outcome.ok && outcome.stopped === true)
    // What the daemon's own end has cut goes on at the next start, if the same boot still proves itself.
    if (why !== undefined && closing.signal.aborted && deps.canResume(delivery)) return
    ended(delivery, why)
  }
  const ended = (delivery: Delivery, why: Reason | undefined) => {
    memory.deliveries.end(delivery.id, 'ended', why)
    deps.tried?.(why === undefined ? 'ended' : 'failed')
    if (why === undefined) tell(delivery, 'ended')
    else tell(delivery, 'failed', why)
    if (delivery.role === 'deploy') deps.deployEnded(delivery, why)
  }

  const tell = (...told: CallbackTold) => memory.record(callbackEvent(...told))

  const timer = setInterval(wake, 1000).unref()

  return {
    wake,
    isDeploying: install =>
      [...processes.values()].some(each => each.install === install && each.role === 'deploy'),
    endDeploy(install) {
      memory.deliveries.endDeploy(install)
      for (const { delivery, running } of commands.values()) {
        if (delivery.install === install && delivery.role === 'deploy') {
          running.end({ code: 'install-ended' })
        }
      }
    },
    recover() {
      const left = memory.deliveries.running()
      for (const delivery of left) {
        if (delivery.target.kind === 'webhook') {
          memory.deliveries.retry(delivery.id, deps.now(), { code: 'daemon-restarted' })
          continue
        }
        for (const group of groupsOf(delivery)) killGroup(group)
        if (deps.canResume(delivery)) {
          memory.deliveries.retry(delivery.id, deps.now(), cut)
          tell(delivery, 'resumed')
          continue
        }
        memory.deliveries.end(delivery.id, 'ended', cut)
        tell(delivery, 'failed', cut)
      }
      return left.filter(delivery => isProcess(delivery) && !memory.deliveries.isDue(delivery.id))
    },
    async close() {
      clearInterval(timer)
      closing.abort()
      for (const { running } of commands.values()) running.end({ code: 'daemon-stops' })
      await Promise.allSettled(underWay.values())
    },
  }
}

function isProcess({ target }: Delivery): boolean {
  return target.kind !== 'webhook' && target.kind !== 'broken'
}

/**
 * What a command left running. Killed just after its start, we had not noted its group yet; and sshpass
 * makes sessions of its own.
 */
function groupsOf({ group, target }: Delivery): ProcessGroup[] {
  const escapes = target.kind === 'ssh' || target.kind === 'nixosAnywhere'
  if (group && !escapes) return [group]
  return [...(group ? [group] : []), ...('env' in target ? groupsWith(target.env) : [])]
}
