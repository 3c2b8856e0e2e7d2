import type { HostPowerRow } from '../../api/hosts.ts'
import { amount } from '../../base/amount.ts'

/** Numbers and times as people say them. Everything here is a pure function. */

export function rate(bytesPerSecond: number) {
  return `${amount(bytesPerSecond)}/s`
}

export function howLong(ms: number) {
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return two(minutes, 'min', Math.floor(seconds % 60), 's')
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return two(hours, 'h', minutes % 60, 'min')
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

/** How long ago, in one unit; empty where there is no time. `now` is epoch milliseconds. */
export function timeAgo(iso: string | null, now: number) {
  if (iso === null) return ''
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000)
  if (seconds < 5) return 'now'
  if (seconds < 60) return `${Math.floor(seconds)} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** How the power of a machine was when it was last heard, and when that was. */
export function heardPower({ state, at, reason }: HostPowerRow, now: number) {
  if (at === null) return 'not asked so far'
  return `${state ?? `not known: ${reason}`} · ${timeAgo(at, now)}`
}

/** The same in a table; `undefined` where the config knows no way to its power. */
export function powerInTable(power: HostPowerRow | null, now: number) {
  if (power === null) return undefined
  const { state, at } = power
  return at === null ? 'not asked' : `${state ?? 'not known'} · ${timeAgo(at, now)}`
}

/** The time of day, in the zone of whoever reads it. */
export function timeOfDay(iso: string) {
  const date = new Date(iso)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')
}

export function dayAndTime(iso: string) {
  const date = new Date(iso)
  const day = [date.getFullYear(), pad(date.getMonth() + 1), pad(date.getDate())].join('-')
  return `${day} ${timeOfDay(iso)}`
}

/** The larger unit, and the smaller one where it says something. */
function two(large: number, largeUnit: string, small: number, smallUnit: string) {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`
}

function pad(number: number) {
  return String(number).padStart(2, '0')
}
