import { useEffect, useMemo, useState } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import { useNow } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { RackUnit } from './rack-unit.ts'
import { type Rack, type RackItem as RackRowOf, racksOf, rowsOf } from './racks.ts'
import { useRowsInSight } from './rows-in-sight.ts'

/** As in hosts.css, pixels. */
const unitWidth = 152
const heights = { head: 44, units: 56 }
/** A row of units is long: more of them beyond the window, or at once, make scrolling stumble. */
const rowsBeyond = 2
const rowsAtOnce = 2

/** Hosts as units in racks: hundreds at a glance. Only the rows in sight are in the document. */
export function HostGrid({
  hosts,
  picked,
  group,
  pick,
}: {
  hosts: readonly HostRow[]
  picked: ReadonlySet<string>
  group: string
  pick: (names: readonly string[], yes: boolean) => void
}) {
  const now = useNow(5000)
  const columns = useColumns()
  const rows = useMemo(() => rowsOf(racksOf(hosts, group), columns), [hosts, group, columns])
  const windowed = useRowsInSight(
    useMemo(() => rows.map(({ kind }) => heights[kind]), [rows]),
    rowsBeyond,
    rowsAtOnce,
  )
  const { ref, from, to, before, after } = windowed
  return html`<div class="racks" ref=${ref} onKeyDown=${walk}>
    <div style=${{ height: `${before}px` }} />
    ${rows.slice(from, to).map(row =>
      row.kind === 'head'
        ? part(RackHead, { key: `head ${row.rack.name}`, rack: row.rack, picked, pick })
        : part(RackRow, {
            key: `${row.rack.name} ${row.hosts[0]?.name}`,
            ...{ row, columns, now, picked, pick },
          }),
    )}
    <div style=${{ height: `${after}px` }} />
  </div>`
}

/** Units side by side; drawn anew only when something of them changed. */
function RackRow({
  row,
  columns,
  now,
  picked,
  pick,
}: {
  row: Extract<RackRowOf, { kind: 'units' }>
  columns: number
  now: number
  picked: ReadonlySet<string>
  pick: (names: readonly string[], yes: boolean) => void
}) {
  return useMemo(
    () => html`<ul
      class="units" aria-label=${row.rack.name}
      style=${{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
    >
      ${row.hosts.map(host =>
        part(RackUnit, { key: host.name, host, now, picked: picked.has(host.name), pick }),
      )}
    </ul>`,
    [row, columns, now, picked, pick],
  )
}

function RackHead({
  rack,
  picked,
  pick,
}: {
  rack: Rack
  picked: ReadonlySet<string>
  pick: (names: readonly string[], yes: boolean) => void
}) {
  const names = rack.hosts.map(({ name }) => name)
  const all = names.every(name => picked.has(name))
  return html`<div class="rack-head">
    <h2>${rack.name}</h2>
    <span class="muted">${rack.hosts.length}</span>
    <span class="rack-bar" aria-hidden="true">
      ${rack.states.map(
        ({ state, count }) =>
          html`<span key=${state} class=${`s-${state}`} style=${{ flexGrow: count }} />`,
      )}
    </span>
    <button class="button quiet" onClick=${() => pick(names, !all)}>
      ${all ? 'Choose none' : 'Choose all'}
    </button>
  </div>`
}

/** Arrow keys walk over the units as they stand. */
function walk(event: KeyboardEvent) {
  const links = [...document.querySelectorAll('.unit a')]
  const at = links.indexOf(event.target as Element)
  const perRow = document.querySelector('.units')?.childElementCount ?? 1
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: perRow, ArrowUp: -perRow }[event.key]
  if (at < 0 || step === undefined) return
  const next = links[Math.min(links.length - 1, Math.max(0, at + step))]
  if (next instanceof HTMLElement) next.focus()
  event.preventDefault()
}

/** How many units stand side by side. */
function useColumns() {
  const count = () => Math.max(2, Math.floor((Math.min(innerWidth, 1680) - 24) / unitWidth))
  const [columns, setColumns] = useState(count)
  useEffect(() => {
    const follow = () => setColumns(count())
    addEventListener('resize', follow)
    return () => removeEventListener('resize', follow)
  }, [])
  return columns
}
