import { fieldsOf, lineOf } from '../base/untrusted.ts'
import {
  type EraseOrder,
  type Erasure,
  eraseOrderOf,
  readErased,
  whyNotErased,
} from '../boot/erase.ts'
import type { ErasedDisk } from '../boot/erased-disk.ts'
import type { Attempt, Spec } from '../boot/install.ts'
import type { PhoneHomeMessage } from '../boot/phone-home.ts'
import type { TokenParts } from './token-use.ts'

/**
 * What the agent says of an erase after its `ready`. Its end is what became of each disk of its order: that is
 * kept as the record, and decides whether the install is done. Nothing else that an installer could say means anything.
 */
export function hearEraser(
  attempt: Attempt,
  { profile }: Spec,
  { event, message, erased }: PhoneHomeMessage,
  { deps, lives }: TokenParts,
): void {
  const { host, number } = attempt
  if (event === 'progress') lives.apply(host, { kind: 'progress' })
  if (event !== 'done' && event !== 'failed') return
  const life = lives.lifeOf(host)
  if (life.attempt !== number) return
  const wasTold = life.state === 'installing' || (life.state === 'failed' && life.byTime)
  const facts = deps.memory.hosts.facts(host)
  const order = wasTold ? eraseOrderOf(profile, facts) : undefined
  const disks =
    order && !('refused' in order) && erased !== undefined ? keep(order, erased, facts) : []
  const because = whyNotErased(disks)
  const said = message === undefined ? {} : { message }
  if (event === 'failed' && disks.length === 0) lives.apply(host, { kind: 'failed', ...said })
  else if (because) lives.apply(host, { kind: 'failed', because })
  else lives.apply(host, { kind: 'done', because: { code: 'disks-erased', disks: disks.length } })

  /** Into the timeline and the record. */
  function keep(order: EraseOrder, erased: readonly unknown[], facts: unknown): ErasedDisk[] {
    const disks = readErased(erased, order, facts)
    const { memory, now } = deps
    for (const disk of disks) {
      const code = disk.erased ? 'disk-erased' : 'disk-not-erased'
      memory.record({ host, kind: 'note', code, data: disk })
    }
    const { install = '', openedAt } = attempt
    const startedAt = life.state === 'installing' ? life.since : openedAt
    const record: Erasure = {
      ...{ install, host, startedAt, endedAt: now(), machine: machineOf(facts), disks },
    }
    memory.erasures.add(record)
    return disks
  }
}

function machineOf(facts: unknown): Erasure['machine'] {
  const told = fieldsOf(facts)
  const name = (value: unknown) => lineOf(value) || null
  const { vendor, model, serial, uuid } = told
  return { vendor: name(vendor), model: name(model), serial: name(serial), uuid: name(uuid) }
}
