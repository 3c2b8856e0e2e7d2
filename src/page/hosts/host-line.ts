import type { HostRow } from '../../api/hosts.ts'
import { Badge } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { hostLink } from '../parts/page-location.ts'
import { Progress } from '../parts/progress.ts'
import { stateOf } from '../parts/states.ts'
import { ago } from '../parts/words.ts'

/** One host of the table. */
export function HostLine({
  host,
  index,
  now,
  picked,
  current,
  pickAt,
}: {
  host: HostRow
  index: number
  now: number
  picked: boolean
  current: boolean
  pickAt: (index: number, yes: boolean, range: boolean) => void
}) {
  const state = stateOf(host)
  return html`<div
    class=${`line host-line at-${state}`} role="row" data-row=${index} tabindex=${current ? 0 : -1}
    aria-rowindex=${index + 2} aria-selected=${picked}
  >
    <span class="c-pick" role="gridcell">
      <input
        type="checkbox" tabindex="-1" aria-label=${`Choose ${host.name}`} checked=${picked}
        onClick=${({ shiftKey }: MouseEvent) => pickAt(index, !picked, shiftKey)}
      />
    </span>
    <span class="c-state" role="gridcell">${part(Badge, { state })}</span>
    <span class="c-name" role="gridcell">
      <a href=${hostLink(host.name)} tabindex="-1">${host.name}</a>
      ${host.tags.map(tag => html`<span key=${tag} class="tag">${tag}</span>`)}
    </span>
    <span class="c-profile" role="gridcell">${host.profile ?? html`<span class="muted">only its disk</span>`}</span>
    <span class="c-address mono" role="gridcell" title=${host.macs.join('\n')}>${host.address ?? host.mac}</span>
    <span class="c-arch" role="gridcell">${host.arch ?? html`<span class="muted">·</span>`}</span>
    <span class="c-doing" role="gridcell">${part(Progress, { host, now })}</span>
    <span class="c-seen" role="gridcell" title=${host.lastSeen ?? ''}>
      ${host.lastSeen === null ? html`<span class="muted">never</span>` : ago(host.lastSeen, now)}
    </span>
  </div>`
}
