import type { HostEvent } from '../api/events.ts'
import type { HostPowerRow, HostRow } from '../api/hosts.ts'
import { printable } from '../base/printable.ts'
import { span } from '../base/span.ts'
import { isBegun } from '../boot/host-state.ts'
import { type Cell, type Colour, cut, paint, type Screen, wrapText } from './table.ts'

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
  working: 'green',
  delivered: 'green',
  failed: 'red',
  silent: 'red',
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

/** What is waited for is news: silence of this many milliseconds is said. */
const silence = 5 * 60_000

/** Why a host is in its state, and how long nothing was heard of one that is under way. */
export function whyOf(host: HostRow, now: number): string {
  const { state, why, lastSeen, download } = host
  if (!isBegun(state)) return why
  const heard = [host.since, lastSeen, download?.at].map(at => Date.parse(at ?? '') || 0)
  const quiet = now - Math.max(...heard)
  return quiet < silence ? why : `${why}; no news for ${span(quiet)}`
}

/** `on, heard 3 min ago (bmc)` */
export function powerOf({ by, state, at, reason }: HostPowerRow, now: number): string {
  if (at === null) return `not asked so far (${by})`
  const age = `${span(now - Date.parse(at))} ago`
  return state === null ? `not known (${by}), ${age}: ${reason}` : `${state}, heard ${age} (${by})`
}

/** `on, 3 min ago`, for a table */
export function powerCell(power: HostPowerRow | null, now: number): Cell {
  if (power === null) return '-'
  const { state, at } = power
  if (at === null) return 'not asked'
  const age = `${span(now - Date.parse(at))} ago`
  return state === null ? { text: `not known, ${age}`, colour: 'red' } : `${state}, ${age}`
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
  // One long name must not leave the texts of all without room.
  const room = Math.min(widths.host, Math.max(8, Math.floor((screen.width ?? Infinity) / 4)))
  const host = room === 0 ? '' : `${cut(printable(event.host ?? '-'), room).padEnd(room)}  `
  const time = formatTime(event.at)
  const head = `${time}  ${host}${printable(event.kind).padEnd(widths.kind)}  `
  const times = event.count > 1 ? ` (${event.count} times)` : ''
  const text = wrapText(printable(event.text) + times, head.length, screen.width)
  return `${paint(time, 'dim', screen)}${head.slice(time.length)}${text}\n`
}
