import { useMemo } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import { Badge } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { hostLink } from '../parts/page-location.ts'
import { HostProgress } from '../parts/progress.ts'
import { stateOf } from '../parts/states.ts'
import { powerInTable, timeAgo } from '../parts/words.ts'

/** What a line of the table shows and does. */
export interface HostLineProperties {
  host: HostRow
  /** Whether there is a column for it. */
  hasPower: boolean
  index: number
  now: number
  picked: boolean
  current: boolean
  pickAt: (index: number, yes: boolean, range: boolean) => void
  chooseTag: (tag: string) => void
}

/** One host of the table; drawn anew only when something of it changed, so that scrolling stays smooth. */
export function HostLine(line: HostLineProperties) {
  const { host, hasPower, index, now, picked, current, pickAt, chooseTag } = line
  const shown = [host, hasPower, index, now, picked, current, pickAt, chooseTag]
  return useMemo(() => lineOf(line), shown)
}

function lineOf({
  host,
  hasPower,
  index,
  now,
  picked,
  current,
  pickAt,
  chooseTag,
}: HostLineProperties) {
  const state = stateOf(host)
  return html`<div
    class=${`line host-line at-${state}`} role="row" data-row=${index} tabindex=${current ? 0 : -1}
    aria-rowindex=${index + 2} aria-selected=${picked} data-host=${host.name}
    onClick=${(event: MouseEvent) => openUnlessOther(event, host.name)}
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
      ${host.tags.map(
        tag => html`<button
          key=${tag} class="tag" tabindex="-1" title=${`Only hosts with the tag ${tag}`}
          onClick=${() => chooseTag(tag)}
        >${tag}</button>`,
      )}
    </span>
    <span class="c-profile" role="gridcell">${host.profile ?? html`<span class="muted">only its disk</span>`}</span>
    <span class="c-address mono" role="gridcell" title=${host.macs.join('\n')}>${host.address ?? host.mac}</span>
    <span class="c-arch" role="gridcell">${host.arch ?? html`<span class="muted">·</span>`}</span>
    ${
      hasPower &&
      html`<span class="c-power" role="gridcell" title=${host.power?.reason ?? ''}>
        ${powerInTable(host.power, now) ?? html`<span class="muted">·</span>`}
      </span>`
    }
    <span class="c-doing" role="gridcell">${part(HostProgress, { host, now })}</span>
    <span class="c-seen" role="gridcell" title=${host.lastSeen ?? ''}>
      ${host.lastSeen === null ? html`<span class="muted">never</span>` : timeAgo(host.lastSeen, now)}
    </span>
  </div>`
}

/** A click anywhere on a row opens it, but not one on something that does else, nor one that marks text. */
function openUnlessOther({ target }: MouseEvent, name: string) {
  const isOther = target instanceof Element && target.closest('a, button, .c-pick') !== null
  if (!isOther && getSelection()?.isCollapsed !== false) location.hash = hostLink(name)
}
