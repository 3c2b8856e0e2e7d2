/** @import { HostRow } from '../api/hosts.ts' */
import { Shape } from './badge.js'
import { html } from './html.js'
import { toHost } from './place.js'
import { Bar } from './progress.js'
import { progressOf } from './progress-of.js'
import { stateOf } from './states.js'

/**
 * A host as a unit of a rack.
 * @param {{ host: HostRow, now: number, picked: boolean,
 *   pick: (names: readonly string[], yes: boolean) => void }} props
 */
export function Unit({ host, now, picked, pick }) {
  const state = stateOf(host)
  const progress = progressOf(host, now)
  return html`<li class=${`unit at-${state} ${picked ? 'picked' : ''}`} title=${`${host.name}: ${host.why}`}>
    <a href=${toHost(host.name)}>
      <span class="unit-name">${host.name}</span>
      <span class=${`unit-state s-${state}`}>
        <${Shape} state=${state} /><span>${progress ? `${Math.round(progress.part * 100)} % ${progress.what}` : state}</span>
      </span>
    </a>
    <input
      type="checkbox" aria-label=${`Choose ${host.name}`} checked=${picked}
      onClick=${() => pick([host.name], !picked)}
    />
    ${progress && html`<${Bar} part=${progress.part} label=${`${host.name}: ${progress.what}`} />`}
  </li>`
}
