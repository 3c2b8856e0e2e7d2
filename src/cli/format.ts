import type { HostEvent } from '../api/events.ts'
import type { HostRow } from '../api/hosts.ts'
import { type Cell, type Colour, clean, paint, type Screen, wrapText } from './table.ts'

/** A time in the zone of whoever reads it, `2026-03-01 14:05:09`; `-` where there is none. */
export function formatTime(iso: string | null): string {
  const date = new Date(iso ?? '')
  if (Number.isNaN(date.getTime())) return '-'
  const two = (number: number) => String(number).padStart(2, '0')
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-')
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`
}

const stateColours: Readonly<Record<string, Colour>> = {
  pending: 'yellow',
  booting: 'yellow',
  installing: 'yellow',
  verifying: 'yellow',
  installed: 'green',
  active: 'green',
  delivered: 'green',
  failed: 'red',
  declined: 'red',
  undelivered: 'red',
  idle: 'dim',
  expired: 'dim',
  released: 'dim',
  cancelled: 'dim',
}

/** The colour of a state or outcome. */
export function colourOf(state: string): Colour | undefined {
  return stateColours[state]
}

/** A host's state as people see it, with the percentage of an install that tells one. */
export function stateCell({ state, netboots, percent }: HostRow): Cell {
  if (netboots && state === 'idle') return { text: 'netboots', colour: undefined }
  const text = percent === null || state !== 'installing' ? state : `${state} ${percent}%`
  return { text, colour: colourOf(state) }
}

/** How wide the columns of host and kind are; a host width of 0 leaves the host out. */
export interface EventWidths {
  readonly host: number
  readonly kind: number
}

/** The longest kind of an event that there is: what follows must not shift the columns. */
const kindWidth = 'phone-home'.length

/** Widths that fit these events and most that may follow. */
export function eventWidths(events: readonly HostEvent[], showHost: boolean): EventWidths {
  const widest = (texts: string[], least: number) =>
    texts.reduce((most, { length }) => Math.max(most, length), least)
  return {
    host: showHost
      ? widest(
          events.map(({ host }) => host ?? '-'),
          8,
        )
      : 0,
    kind: widest(
      events.map(({ kind }) => kind),
      kindWidth,
    ),
  }
}

/** One line of a timeline; a long text goes on below itself. */
export function formatEvent(event: HostEvent, widths: EventWidths, screen: Screen): string {
  const host = widths.host === 0 ? '' : `${clean(event.host ?? '-').padEnd(widths.host)}  `
  const time = formatTime(event.at)
  const head = `${time}  ${host}${clean(event.kind).padEnd(widths.kind)}  `
  const times = event.count > 1 ? ` (${event.count} times)` : ''
  const text = wrapText(clean(event.text) + times, head.length, screen.width)
  return `${paint(time, 'dim', screen)}${head.slice(time.length)}${text}\n`
}
