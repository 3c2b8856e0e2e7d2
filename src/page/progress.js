/** @import { HostRow } from '../api/hosts.ts' */
import { html } from './html.js'
import { progressOf } from './progress-of.js'

/**
 * The bar of what is running; without one the sentence that says why the host is where it is.
 * @param {{ host: HostRow, now: number }} props
 */
export function Progress({ host, now }) {
  const progress = progressOf(host, now)
  if (!progress) return html`<span class="why" title=${host.why}>${host.why}</span>`
  const { part, what, numbers } = progress
  return html`<span class="progress">
    <${Bar} part=${part} label=${`${host.name}: ${what}`} />
    <span class="progress-words"><span class="what">${what}</span> <span class="numbers">${numbers}</span></span>
  </span>`
}

/**
 * @param {{ part: number, label: string }} props part: 0 to 1
 */
export function Bar({ part, label }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100)
  return html`<span
    class="bar" role="progressbar" aria-label=${label}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent}
  ><span class="bar-part" style=${{ width: `${percent}%` }} /></span>`
}
