import type { StoredEvent } from './tables.ts'

/** What makes two lines equal. */
export type LineIdentity = Pick<StoredEvent, 'kind' | 'code' | 'text' | 'data'>

/** Somebody who asks by several names in turn, within this time, has as many lines and no more. */
const mostTurns = 8
const turnMs = 60_000

/** How many of the last lines of its host `repeatedBy` looks at. */
export function repeatSpan(line: LineIdentity): number {
  return isAsking(line) ? mostTurns : 1
}

/** The id of the line that this one repeats, among the last of its host, the newest first. */
export function repeatedBy(
  line: LineIdentity,
  last: readonly (LineIdentity & Pick<StoredEvent, 'id' | 'last_at'>)[],
  now: number,
): number | undefined {
  for (const [turn, before] of last.entries()) {
    if (turn > 0 && now - before.last_at > turnMs) return undefined
    if (isSame(before, line)) return before.id
    if (!isAsking(before)) return undefined
  }
  return undefined
}

function isSame(one: LineIdentity, other: LineIdentity): boolean {
  const { kind, code, text, data } = one
  return kind === other.kind && code === other.code && text === other.text && data === other.data
}

/** What anybody can ask without end, and nothing comes of it: an answer that is no boot. */
function isAsking({ kind, code }: LineIdentity): boolean {
  return kind === 'stranger' || (kind === 'script' && code !== 'boot')
}
