import { type Reason, written } from '../boot/reason.ts'
import { isKnownEvent } from '../boot/words/event.ts'

/**
 * The code of a line that was recorded before events had codes, where its data tells it; else null. So
 * the story of an install that was under way during an upgrade goes on.
 */
export function codeOfWritten(kind: string, data: unknown): string | null {
  if (typeof data !== 'object' || data === null) return null
  const code = codeOf(kind, data as Readonly<Record<string, unknown>>)
  return typeof code === 'string' && isKnownEvent(kind, code) ? code : null
}

function codeOf(kind: string, data: Readonly<Record<string, unknown>>): unknown {
  switch (kind) {
    case 'dhcp':
      if (data.server !== undefined) return 'foreign'
      return data.answer === 'none' ? 'ignored' : 'answered'
    case 'tftp':
      return data.end
    case 'asset':
      return data.status === undefined ? 'sent' : 'missing'
    case 'script':
      return data.answer
    case 'stranger':
      return data.answer === undefined ? undefined : 'script'
    case 'phone-home':
      return data.event
    case 'state':
      return data.to
    case 'loader':
      return 'stand-in'
    default:
      return undefined
  }
}

/** A reason as it is kept: JSON, or the sentence that was kept before reasons had codes. */
export function reasonIn(kept: string): Reason {
  return kept.startsWith('{"code":') ? (JSON.parse(kept) as Reason) : written(kept)
}
