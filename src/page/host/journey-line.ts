import { useMemo } from 'preact/hooks'
import type { HostEvent } from '../../api/events.ts'
import { html } from '../parts/html.ts'
import { timeOfDay } from '../parts/words.ts'
import { journeyOf } from './journey.ts'

const words = new Map([
  ['passed', 'passed'],
  ['awaited', 'not seen yet'],
  ['ahead', 'ahead'],
  ['stopped', 'not reached'],
])

/** How far the latest boot came, stop by stop. */
export function Journey({ events, netboots }: { events: readonly HostEvent[]; netboots: boolean }) {
  const stops = useMemo(() => stopsOf(events, netboots), [events, netboots])
  if (stops.length === 0) return null
  return html`<ol class="journey" aria-label="How far its latest boot came">
    ${stops.map(
      ({ name, at, state }) => html`<li key=${name} class=${state}>
        <span class="stop" aria-hidden="true" />
        <span class="stop-name">${name}</span>
        <span class="stop-at">${at === undefined ? words.get(state) : timeOfDay(at)}</span>
      </li>`,
    )}
  </ol>`
}

/** What ends an install. A host that netboots at every boot has arrived when it has its kernel. */
const ofInstalls = ['Installer', 'Installed']

export function stopsOf(events: readonly HostEvent[], netboots: boolean) {
  const stops = journeyOf(events)
  return netboots ? stops.filter(({ name }) => !ofInstalls.includes(name)) : stops
}
