import type { HostRow } from '../api/hosts.ts'
import { printable } from '../base/printable.ts'
import { formatTime, stateCell, whyOf } from './format.ts'
import { cut, formatTable, paint, type Screen } from './table.ts'

/** What a live table shows. */
export interface View {
  readonly hosts: readonly HostRow[]
  /** What concerns all of them, such as a network that gives no addresses. */
  readonly notices: readonly string[]
  /** Hosts above the first line that is shown. */
  readonly skipped: number
  /** Epoch milliseconds. */
  readonly now: number
}

const columns = [
  { title: 'NAME', cut: 16 },
  { title: 'STATE' },
  { title: 'PROFILE', leave: 4, cut: 8 },
  { title: 'ADDRESS', leave: 3 },
  { title: 'SINCE', leave: 2 },
  { title: 'WHY', leave: 5, cut: 20 },
] as const

/** Busy machines first, then those that need somebody, then the rest. */
const order = ['installing', 'booting', 'verifying', 'pending', 'failed', 'installed', 'idle']

/** The hosts in the order of the screen. */
function sorted(hosts: readonly HostRow[]): HostRow[] {
  const rank = ({ state }: HostRow) => order.indexOf(state)
  return hosts.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1))
}

/** Hosts that fit between the head and the foot of a screen. */
export function roomFor(rows: number, notices: number): number {
  return Math.max(1, rows - 4 - notices)
}

/** The lines of a whole screen: never more than `rows`, none wider than the screen. */
export function frame(
  { hosts, notices, skipped, now }: View,
  screen: Screen,
  rows: number,
): string[] {
  const width = screen.width ?? 80
  const line = (text: string) => cut(printable(text), width)
  const shown = sorted(hosts).slice(skipped, skipped + roomFor(rows, notices.length))
  const table = hosts.length === 0 ? ['no hosts'] : tableOf(shown, screen, now)
  const left = hosts.length - skipped - shown.length
  const foot =
    left > 0 || skipped > 0 ? `${skipped} above, ${left} below: arrows; q ends` : 'q ends'
  return [
    line(`${countsOf(hosts)}`),
    ...notices.map(notice => paint(line(notice), 'red', screen)),
    '',
    ...table,
    paint(line(foot), 'dim', screen),
  ].slice(0, rows)
}

function tableOf(hosts: readonly HostRow[], screen: Screen, now: number): string[] {
  const rows = hosts.map(host => [
    host.name,
    stateCell(host),
    host.profile ?? '-',
    host.address ?? '-',
    formatTime(host.since),
    whyOf({ ...host, why: host.message ?? host.why }, now),
  ])
  return formatTable(columns, rows, screen).trimEnd().split('\n')
}

/** `12 hosts: 2 installing, 1 failed, 9 idle` */
function countsOf(hosts: readonly HostRow[]): string {
  const counts = order.flatMap(state => {
    const count = hosts.filter(host => host.state === state).length
    return count > 0 ? [`${count} ${state}`] : []
  })
  return `${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}: ${counts.join(', ')}`
}
