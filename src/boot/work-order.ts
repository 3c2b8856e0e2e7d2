import { type CaptureOrder, captureOrderOf, captureOrderText } from './capture.ts'
import { type WriteOrder, writeOrderOf, writeOrderText } from './disk-image.ts'
import { type EraseOrder, eraseOrderOf, eraseOrderText } from './erase.ts'
import type { Profile } from './host.ts'
import type { Spec } from './install.ts'
import type { Refused } from './reason.ts'

/** What the agent of one boot is to do to disks. */
export type WorkOrder =
  | { readonly kind: 'write'; readonly order: WriteOrder }
  | { readonly kind: 'erase'; readonly order: EraseOrder }
  | { readonly kind: 'capture'; readonly order: CaptureOrder }

/** Whether the agent works on disks, which it is told by facts that are the machine's own to tell. */
export function isAgentWork({ image, profile }: Spec): boolean {
  return image !== undefined || isOwnWord(profile)
}

/** Whether what its agent says of its end is the machine's own to say: that disks are empty, or have been read. */
export function isOwnWord({ erase, capture }: Pick<Profile, 'erase' | 'capture'>): boolean {
  return erase !== undefined || capture !== undefined
}

/** What a machine of these facts is to do, or why nothing; undefined where its installer is not the agent. */
export function workOrderOf(spec: Spec, facts: unknown): WorkOrder | Refused | undefined {
  const erases = eraseOrderOf(spec.profile, facts)
  if (erases) return 'refused' in erases ? erases : { kind: 'erase', order: erases }
  const captures = captureOrderOf(spec.profile, facts)
  if (captures) return 'refused' in captures ? captures : { kind: 'capture', order: captures }
  const writes = writeOrderOf(spec, facts)
  if (!writes || 'refused' in writes) return writes
  return { kind: 'write', order: writes }
}

/** An order as the agent reads it. */
export function workOrderText(work: WorkOrder): string {
  if (work.kind === 'erase') return eraseOrderText(work.order)
  return work.kind === 'write' ? writeOrderText(work.order) : captureOrderText(work.order)
}
