import { useCallback, useMemo, useRef } from 'preact/hooks'
import type { HostRow } from '../../api/hosts.ts'
import { useNow } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import type { Sorting } from './filter.ts'
import { HostLine } from './host-line.ts'
import { useRowKeys } from './row-keys.ts'
import { useRowsInSight } from './rows-in-sight.ts'
import { useNarrowWindow } from './use-narrow-window.ts'

/** As in hosts.css, pixels. */
const rowHeight = { wide: 40, narrow: 92 }

type HostColumn = readonly [title: string, by: Sorting['by'] | undefined, className: string]

/** Of the power it is told only where some host has a way to it. */
const columnsOf = (hasPower: boolean): readonly HostColumn[] => [
  ['State', 'state', 'c-state'],
  ['Host', 'name', 'c-name'],
  ['Profile', 'profile', 'c-profile'],
  ['Address', 'address', 'c-address'],
  ['Arch', undefined, 'c-arch'],
  ...(hasPower ? [['Power', undefined, 'c-power'] as const] : []),
  ['What it does', undefined, 'c-doing'],
  ['Seen', 'seen', 'c-seen'],
]

/** Hosts as a table; only the rows in sight are in the document. */
export function HostTable({
  hosts,
  picked,
  pick,
  chooseTag,
  sorting,
  setSorting,
}: {
  hosts: readonly HostRow[]
  picked: ReadonlySet<string>
  pick: (names: readonly string[], yes: boolean) => void
  chooseTag: (tag: string) => void
  sorting: Sorting
  setSorting: (sorting: Sorting) => void
}) {
  const now = useNow(5000)
  const hasPower = useMemo(() => hosts.some(({ power }) => power !== null), [hosts])
  const height = useNarrowWindow() ? rowHeight.narrow : rowHeight.wide
  const heights = useMemo(() => hosts.map(() => height), [hosts.length, height])
  const { ref, from, to, before, after, reveal } = useRowsInSight(heights)
  const keys = useRowKeys(hosts, picked, pick, reveal, ref)
  const last = useRef(0)

  const pickAt = useCallback(
    (index: number, yes: boolean, range: boolean) => {
      const [start, end] = range ? [last.current, index].sort((a, b) => a - b) : [index, index]
      last.current = index
      const names = hosts.slice(start, (end ?? index) + 1).map(({ name }) => name)
      pick(names, yes)
    },
    [hosts, pick],
  )
  return html`<div class=${`table ${hasPower ? 'with-power' : ''}`} role="grid" aria-label="Hosts" aria-rowcount=${hosts.length + 1} aria-multiselectable="true">
    ${part(Head, { hosts, hasPower, picked, pick, sorting, setSorting })}
    <div class="rows" role="rowgroup" ref=${ref} onKeyDown=${keys.onKeyDown} onFocusIn=${keys.onFocusIn}>
      <div role="presentation" style=${{ height: `${before}px` }} />
      ${hosts.slice(from, to).map((host, n) =>
        part(HostLine, {
          key: host.name,
          host,
          index: from + n,
          hasPower,
          now,
          pickAt,
          chooseTag,
          picked: picked.has(host.name),
          current: from + n === keys.cursor,
        }),
      )}
      <div role="presentation" style=${{ height: `${after}px` }} />
    </div>
  </div>`
}

function Head({
  hosts,
  hasPower,
  picked,
  pick,
  sorting,
  setSorting,
}: {
  hosts: readonly HostRow[]
  hasPower: boolean
  picked: ReadonlySet<string>
  pick: (names: readonly string[], yes: boolean) => void
  sorting: Sorting
  setSorting: (sorting: Sorting) => void
}) {
  const all = hosts.every(({ name }) => picked.has(name))
  return html`<div class="line head-line" role="row">
    <span class="c-pick" role="columnheader">
      <input
        type="checkbox" aria-label="Choose all that are shown" checked=${all}
        onChange=${() =>
          pick(
            hosts.map(({ name }) => name),
            !all,
          )}
      />
    </span>
    ${columnsOf(hasPower).map(([title, by, className]) => {
      const sorted = by === sorting.by ? (sorting.down ? 'descending' : 'ascending') : undefined
      const down = by === sorting.by && !sorting.down
      return html`<span key=${title} class=${className} role="columnheader" aria-sort=${sorted}>
        ${
          by === undefined
            ? title
            : html`<button class="sort" onClick=${() => setSorting({ by, down })}>
              ${title}<span class="arrow" aria-hidden="true">${sorted && (sorting.down ? '↓' : '↑')}</span>
            </button>`
        }
      </span>`
    })}
  </div>`
}
