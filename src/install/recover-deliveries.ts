import type { Delivery } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { groupOf, groupsWith, killGroup, type ProcessGroup } from '../system/process-group.ts'
import { type DeliverDeps, tell } from './deliver.ts'

/** What ran when the daemon was killed. */
const cut: Reason = { code: 'daemon-restarted-meanwhile' }

/**
 * Ends what a daemon that was killed has left running. What may go on is due again; the processes that
 * may not are returned.
 */
export function recoverDeliveries(deps: DeliverDeps): Delivery[] {
  const { deliveries } = deps.memory
  const left = deliveries.running()
  for (const delivery of left) recoverOne(delivery, deps)
  return left.filter(delivery => isProcess(delivery) && !deliveries.isDue(delivery.id))
}

/** Whether a delivery runs something here. */
export function isProcess({ target }: Delivery): boolean {
  return target.kind !== 'webhook' && target.kind !== 'broken'
}

function recoverOne(delivery: Delivery, { memory, now, canResume }: DeliverDeps): void {
  if (delivery.target.kind === 'webhook') {
    memory.deliveries.retry(delivery.id, now(), { code: 'daemon-restarted' })
    return
  }
  for (const group of groupsOf(delivery)) killGroup(group)
  if (canResume(delivery)) {
    memory.deliveries.retry(delivery.id, now(), cut)
    tell(memory, delivery, 'resumed')
  } else {
    memory.deliveries.end(delivery.id, 'ended', cut)
    tell(memory, delivery, 'failed', cut)
  }
}

/**
 * What a command left running. Killed just after its start, we had not noted its group yet; sshpass makes
 * sessions of its own; and a group without its leader may be another computer's, or of before it started anew.
 */
function groupsOf({ group, target }: Delivery): ProcessGroup[] {
  const escapes = target.kind === 'ssh' || target.kind === 'nixosAnywhere'
  const led = group && groupOf(group.pgid) ? [group] : []
  if (led.length > 0 && !escapes) return led
  return [...led, ...('env' in target ? groupsWith(target.env) : [])]
}
