import type { Clock } from '../base/clock.ts'
import type { Delivery } from '../boot/install.ts'
import { type DeliverDeps, type Delivering, tryDelivery } from './deliver.ts'
import { createLine } from './line.ts'
import { isProcess, recoverDeliveries } from './recover-deliveries.ts'

/** Webhooks and commands that are under way at the same time. */
const atOnce = 32

export interface OutboxDeps extends DeliverDeps {
  readonly clock: Pick<Clock, 'soon' | 'everyIdle' | 'sleepIdle'>
  /** How many deploys work at the same time. */
  places(): number
  /** Nothing of a deploy of an install runs any more, however that came. */
  left(install: string): void
  /** A delivery could not be looked after, for example because the disk is full. */
  failed(delivery: Delivery, error: unknown): void
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

interface OutboxWork extends Delivering {
  readonly deps: OutboxDeps
  readonly line: ReturnType<typeof createLine>
  readonly underWay: Map<number, Promise<void>>
  /** Those of them that are processes, from the moment they are made ready. */
  readonly processes: Map<number, Delivery>
  /** It will be looked for what is due when the event loop turns. */
  woken: boolean
}

export function createOutbox(deps: OutboxDeps): Outbox {
  const closing = new AbortController()
  const work: OutboxWork = {
    ...{ deps, closing: closing.signal, line: createLine(deps.memory) },
    ...{ commands: new Map(), underWay: new Map(), processes: new Map() },
    woken: false,
  }
  const endLooking = deps.clock.everyIdle(1000, () => wake(work))
  return {
    wake: () => wake(work),
    isDeploying: install => deploysOf(work).some(each => each.install === install),
    endDeploy: install => endDeploy(install, work),
    recover: () => recoverDeliveries(deps),
    async close() {
      endLooking()
      closing.abort()
      for (const { running } of work.commands.values()) running.end({ code: 'daemon-stops' })
      await Promise.allSettled(work.underWay.values())
    },
  }
}

function wake(work: OutboxWork): void {
  if (work.woken || work.closing.aborted) return
  work.woken = true
  work.deps.clock.soon(beginDue, work)
}

/** Nothing runs before it is on disk: what was never written cannot be found again. */
async function beginDue(work: OutboxWork): Promise<void> {
  const { deps, underWay, processes, closing } = work
  const { memory } = deps
  work.woken = false
  try {
    await memory.committed()
  } catch {
    return
  }
  if (closing.aborted) return
  // Commands run for long and must not keep webhooks waiting.
  const webhooks = underWay.size - processes.size
  for (const delivery of memory.deliveries.due(deps.now(), atOnce - webhooks)) begin(delivery, work)
  for (const delivery of memory.deliveries.waiting(deps.places() + underWay.size)) {
    if (deploysOf(work).length >= deps.places()) {
      work.line.tell()
      break
    }
    begin(delivery, work)
  }
}

function begin(delivery: Delivery, work: OutboxWork): void {
  const { deps, underWay, processes } = work
  if (underWay.has(delivery.id)) return
  if (isProcess(delivery)) processes.set(delivery.id, delivery)
  const done = tryDelivery(delivery, work)
    .catch(error => deps.failed(delivery, error))
    .finally(() => {
      processes.delete(delivery.id)
      if (delivery.role === 'deploy' && !work.closing.aborted) deps.left(delivery.install)
      underWay.delete(delivery.id)
      wake(work)
    })
  underWay.set(delivery.id, done)
}

/** Deploys that are processes and run. */
function deploysOf({ processes }: OutboxWork): Delivery[] {
  return [...processes.values()].filter(({ role }) => role === 'deploy')
}

function endDeploy(install: string, { deps, commands }: OutboxWork): void {
  deps.memory.deliveries.endDeploy(install)
  for (const { delivery, running } of commands.values()) {
    if (delivery.install === install && delivery.role === 'deploy') {
      running.end({ code: 'install-ended' })
    }
  }
}
