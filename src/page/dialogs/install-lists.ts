import type { HostRow } from '../../api/hosts.ts'
import type { AskResult } from '../../api/installs.ts'
import { countOf } from '../../base/amount.ts'
import { html } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import { hasBegun } from '../parts/states.ts'

/** What the next network boot does to them. */
export function Warning({
  due,
  erases,
}: {
  due: readonly AskResult[]
  erases: readonly AskResult[]
}) {
  const [only] = erases
  const others = due.length - erases.length
  const whose = erases.length === 1 ? only?.host : `these ${countOf(erases.length, 'machine')}`
  return html`
    ${
      erases.length > 0 &&
      html`<p class="warning">
        At the next network boot <strong>everything on the disk of ${whose} is erased</strong>.
      </p>`
    }
    ${others > 0 && html`<p>${countOf(others, 'machine')} will boot once what the profile says; nothing is installed.</p>`}
  `
}

/** Every machine by name, so that one that was chosen by mistake is seen. */
export function DueMachines({
  hosts,
  due,
}: {
  hosts: readonly HostRow[]
  due: readonly AskResult[]
}) {
  const byName = new Map(hosts.map(host => [host.name, host]))
  if (due.length === 0) return null
  return html`<ul class="machines" tabindex="0" aria-label="Machines that are due">
    ${due.map(({ host, profile, wipes }) => {
      const row = byName.get(host)
      return html`<li key=${host}>
        <strong>${host}</strong>
        <span class="mono">${wipes ?? ''}</span>
        <span class="mono muted">${row?.mac}</span>
        <span class="muted">${row?.state}, ${row?.profile === profile ? '' : 'now '}${profile}</span>
      </li>`
    })}
  </ul>`
}

/** Those that cannot be installed, and why not. */
export function RefusedHosts({
  refused,
  hosts,
  replace,
}: {
  refused: readonly AskResult[]
  hosts: readonly HostRow[]
  replace: boolean
}) {
  const byName = new Map(hosts.map(host => [host.name, host]))
  const whyOf = ({ host, reason }: AskResult) => {
    const row = byName.get(host)
    // The daemon's own words name the option of its command line.
    if (row && hasBegun(row) && !replace) return `is ${row.state}: “Start over” below begins anew`
    return withCode(reason ?? '')
  }
  const are = refused.length === 1 ? 'is' : 'are'
  return html`<details class="left" open=${refused.length < 4}>
    <summary>${countOf(refused.length, 'host')} cannot be installed and ${are} left alone</summary>
    <ul>
      ${refused.map(result => html`<li key=${result.host}><strong>${result.host}</strong> ${whyOf(result)}</li>`)}
    </ul>
  </details>`
}
