import type { Delivery } from '../boot/install.ts'
import { maskTokens } from '../boot/mask.ts'
import { type RunningCommand, runCommand } from './command.ts'
import type { Memory } from './deps.ts'
import { groupsWith, killGroup, type ProcessGroup } from './process-group.ts'
import { sendWebhook } from './webhook.ts'

/** Webhooks and commands that are under way at the same time. */
const atOnce = 32
/** Seconds a webhook is tried for before it counts as undelivered. */
const triedFor = 24 * 3600
const longestPause = 300

/** Seconds until a webhook that was tried this often before, and now in vain again, is due. */
export function pauseAfter(tries: number): number {
  return Math.min(longestPause, 2 ** tries)
}

export interface OutboxDeps {
  readonly memory: Memory
  now(): number
  /** A command that installs has ended; a webhook that installs has been delivered or not. */
  deployEnded(delivery: Delivery, error: string | undefined): void
  /** A delivery could not be looked after, for example because the disk is full. */
  failed(delivery: Delivery, error: unknown): void
  /** A try has ended: delivered, retry, undelivered, ended or failed. */
  tried?(result: string): void
  /** Bytes of output kept for each command. */
  outputBound(): number
}

/** Makes the callbacks that are due. They are on disk before the answer that caused them left. */
export interface Outbox {
  /** Looks for due callbacks soon. */
  wake(): void
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
  const underWay = new Map<number, Promise<void>>()
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
    const webhooks = underWay.size - commands.size
    for (const delivery of memory.deliveries.due(deps.now(), atOnce - webhooks)) {
      if (underWay.has(delivery.id)) continue
      const done = make(delivery)
        .catch(error => deps.failed(delivery, error))
        .finally(() => {
          underWay.delete(delivery.id)
          wake()
        })
      underWay.set(delivery.id, done)
    }
  }
  const make = async (delivery: Delivery): Promise<void> => {
    switch (delivery.target.kind) {
      case 'webhook':
        return post(delivery, delivery.target)
      case 'command':
        return run(delivery, delivery.target)
      case 'broken':
        memory.deliveries.end(delivery.id, 'undelivered', delivery.target.reason)
        tell(delivery, `cannot be made: ${delivery.target.reason}`)
        if (delivery.role === 'deploy') deps.deployEnded(delivery, delivery.target.reason)
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
      memory.deliveries.end(delivery.id, 'undelivered', outcome.error)
      deps.tried?.('undelivered')
      tell(delivery, `undelivered after 24 h: ${outcome.error}`)
      if (delivery.role === 'deploy') deps.deployEnded(delivery, outcome.error)
      return
    }
    memory.deliveries.retry(delivery.id, next, outcome.error)
    deps.tried?.('retry')
    tell(delivery, `not delivered: ${outcome.error}; tried again with growing pauses`)
  }

  const run = async (
    delivery: Delivery,
    target: Extract<Delivery['target'], { kind: 'command' }>,
  ): Promise<void> => {
    memory.deliveries.start(delivery.id)
    await memory.committed()
    if (!memory.deliveries.isRunning(delivery.id) || closing.signal.aborted) return
    const running = runCommand(target, outputTo(delivery))
    if (running.group) {
      memory.deliveries.saveGroup(delivery.id, running.group.pgid, running.group.start)
    }
    commands.set(delivery.id, { delivery, running })
    tell(delivery, `started: ${target.run.join(' ')}`)
    const outcome = await running.ended
    commands.delete(delivery.id)
    const said = outcome.ok ? [] : [outcome.error, outcome.line].filter(Boolean)
    const error = outcome.ok ? undefined : maskTokens(said.join('; '))
    memory.deliveries.end(delivery.id, 'ended', error)
    deps.tried?.(error === undefined ? 'ended' : 'failed')
    tell(delivery, error === undefined ? 'ended well' : `ended: ${error}`)
    if (delivery.role === 'deploy') deps.deployEnded(delivery, error)
  }

  const outputTo = (delivery: Delivery) => {
    let left = deps.outputBound()
    return (line: string) => {
      if (left <= 0) return
      left -= line.length
      const text = left > 0 ? line : 'more output is not kept'
      const data = { callback: delivery.callback }
      memory.record({ host: delivery.host, kind: 'output', text, data })
    }
  }
  const tell = (delivery: Delivery, what: string) =>
    memory.record({
      host: delivery.host,
      kind: 'callback',
      text: `${delivery.callback} (${delivery.event}) ${what}`,
    })

  const timer = setInterval(wake, 1000).unref()

  return {
    wake,
    endDeploy(install) {
      memory.deliveries.endDeploy(install)
      for (const { delivery, running } of commands.values()) {
        if (delivery.install === install && delivery.role === 'deploy') {
          running.end('the install has ended')
        }
      }
    },
    recover() {
      const left = memory.deliveries.running()
      for (const delivery of left) {
        if (delivery.target.kind === 'webhook') {
          memory.deliveries.retry(delivery.id, deps.now(), 'the daemon was restarted')
          continue
        }
        for (const group of groupsOf(delivery)) killGroup(group)
        memory.deliveries.end(delivery.id, 'ended', 'the daemon was restarted while it ran')
        tell(delivery, 'ended: the daemon was restarted while it ran')
      }
      return left.filter(delivery => delivery.target.kind === 'command')
    },
    async close() {
      clearInterval(timer)
      closing.abort()
      for (const { running } of commands.values()) running.end('the daemon stops')
      await Promise.allSettled(underWay.values())
    },
  }
}

/** What a command left running. Killed just after its start, we had not noted its group yet. */
function groupsOf({ group, target }: Delivery): ProcessGroup[] {
  if (group) return [group]
  return target.kind === 'command' ? groupsWith(target.env) : []
}
