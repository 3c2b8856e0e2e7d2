import type { HostRow } from '../../api/hosts.ts'
import { amount } from '../../base/amount.ts'
import { html, part } from './html.ts'
import { progressOf } from './progress-of.ts'

/** The bar of what is running; without one the sentence that says why the host is where it is. */
export function HostProgress({ host, now }: { host: HostRow; now: number }) {
  const progress = progressOf(host, now)
  if (!progress) return html`<span class="why" title=${host.why}>${host.why}</span>`
  const { fraction, what, numbers } = progress
  return html`<span class="progress">
    ${part(Bar, { fraction, label: `${host.name}: ${what}` })}
    <span class="progress-words"><span class="what">${what}</span> <span class="numbers">${numbers}</span></span>
  </span>`
}

/** How many bytes of something are there; `total` is 0 where nobody said. */
export function BytesBar({ done, total, what }: { done: number; total: number; what: string }) {
  const numbers = total > 0 ? `${amount(done)} of ${amount(total)}` : amount(done)
  return html`<span class="progress">
    ${part(Bar, { fraction: total > 0 ? done / total : 0, label: what })}
    <span class="progress-words"><span class="what">${what}</span> <span class="numbers">${numbers}</span></span>
  </span>`
}

/** A bar that is full at the fraction 1. */
export function Bar({ fraction, label }: { fraction: number; label: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, fraction)) * 100)
  return html`<span
    class="bar" role="progressbar" aria-label=${label}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}
  ><span class="bar-part" style=${{ width: `${percent}%` }} /></span>`
}
