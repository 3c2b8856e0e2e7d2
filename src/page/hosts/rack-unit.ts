import type { HostRow } from '../../api/hosts.ts'
import { Shape } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { hostLink } from '../parts/page-location.ts'
import { Bar } from '../parts/progress.ts'
import { progressOf } from '../parts/progress-of.ts'
import { stateOf } from '../parts/states.ts'

/** A host as a unit of a rack. */
export function RackUnit({
  host,
  now,
  picked,
  pick,
}: {
  host: HostRow
  now: number
  picked: boolean
  pick: (names: readonly string[], yes: boolean) => void
}) {
  const state = stateOf(host)
  const progress = progressOf(host, now)
  return html`<li class=${`unit at-${state} ${picked ? 'picked' : ''}`} title=${`${host.name}: ${host.why}`}>
    <a href=${hostLink(host.name)} data-host=${host.name}>
      <span class="unit-name">${host.name}</span>
      <span class=${`unit-state s-${state}`}>
        ${part(Shape, { state })}<span>${progress ? `${Math.round(progress.fraction * 100)} % ${progress.what}` : state}</span>
      </span>
    </a>
    <input
      type="checkbox" aria-label=${`Choose ${host.name}`} checked=${picked}
      onClick=${() => pick([host.name], !picked)}
    />
    ${progress && part(Bar, { fraction: progress.fraction, label: `${host.name}: ${progress.what}` })}
  </li>`
}
