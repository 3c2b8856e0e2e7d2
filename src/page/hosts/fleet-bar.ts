import type { HostRow } from '../../api/hosts.ts'
import { Shape } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { countStates } from '../parts/states.ts'
import type { Filter } from './filter.ts'

/** How many hosts are in which state: a bar to see from afar, and a switch for each state. */
export function FleetBar({
  hosts,
  filter,
  setFilter,
}: {
  hosts: readonly HostRow[]
  filter: Filter
  setFilter: (filter: Filter) => void
}) {
  const counts = countStates(hosts)
  const toggle = (state: string) => {
    const states = filter.states.includes(state)
      ? filter.states.filter(other => other !== state)
      : [...filter.states, state]
    setFilter({ ...filter, states })
  }
  return html`<section class="fleet" aria-label="States of the hosts">
    <div class="fleet-states">
      <button
        class="fleet-state" aria-pressed=${filter.states.length === 0}
        onClick=${() => setFilter({ ...filter, states: [] })}
      ><span class="figure">${hosts.length.toLocaleString('en')}</span><span class="word">all</span></button>
      ${counts.map(
        ({ state, count }) => html`<button
          key=${state} class=${`fleet-state s-${state}`}
          aria-pressed=${filter.states.includes(state)} onClick=${() => toggle(state)}
        ><span class="figure">${count.toLocaleString('en')}</span>
        <span class="word">${part(Shape, { state })}${state}</span></button>`,
      )}
    </div>
    <div class="fleet-bar" aria-hidden="true">
      ${counts.map(
        ({ state, count }) =>
          html`<span key=${state} class=${`s-${state}`} style=${{ flexGrow: count }} />`,
      )}
    </div>
  </section>`
}
