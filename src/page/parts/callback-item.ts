import { useState } from 'preact/hooks'
import type { CallbackRow } from '../../api/callbacks.ts'
import { countOf, ordinal } from '../../base/amount.ts'
import { useNow, useTools } from '../daemon/context.ts'
import { Badge } from './badge.ts'
import { html, part } from './html.ts'
import { withCode } from './inline-code.ts'
import { howLong } from './words.ts'

/** States of a callback by the state of a host that looks like it. */
const looks = new Map([
  ['due', 'pending'],
  ['running', 'booting'],
  ['delivered', 'installed'],
  ['undelivered', 'failed'],
])

/** One callback, and where that is possible the button that tries it again. */
export function CallbackItem({
  callback,
  changed,
}: {
  callback: CallbackRow
  changed?: () => void
}) {
  const { api, toast, mayChange } = useTools()
  const now = useNow(1000)
  const [busy, setBusy] = useState(false)
  const { id, name, event, state, tries, place, nextAt, error, retryable } = callback
  const again = async () => {
    setBusy(true)
    try {
      await api.post(`/callbacks/${id}/retry`)
      toast(`${name} is tried again.`)
      changed?.()
    } catch (refused) {
      toast(refused instanceof Error ? refused.message : String(refused), true)
    }
    setBusy(false)
  }
  const next = nextAt === null ? '' : `, again in ${howLong(Math.max(0, Date.parse(nextAt) - now))}`
  const progress =
    place === null
      ? `tried ${countOf(tries, 'time')}${next}`
      : `waits for a free place, ${ordinal(place)} in the line`
  return html`<li>
    <span class="item-head">
      ${part(Badge, { state: error !== null && state === 'ended' ? 'failed' : (looks.get(state) ?? 'idle'), word: state })}
      <strong>${name}</strong><span class="muted">${event}, ${progress}</span>
      ${retryable && html`<button class="button small" disabled=${!mayChange || busy} onClick=${again}>Try again now</button>`}
    </span>
    ${error !== null && html`<span class="error">${withCode(error)}</span>`}
  </li>`
}
