/** @import { HostRow } from '../api/hosts.ts' */
/** @import { Sorting } from './types.ts' */
import { useMemo, useRef } from 'preact/hooks'
import { useNow } from './context.js'
import { HostLine } from './host-line.js'
import { html } from './html.js'
import { useNarrow } from './narrow.js'
import { useRowKeys } from './row-keys.js'
import { useWindowed } from './windowed.js'

/** As in hosts.css, pixels. */
const rowHeight = { wide: 40, narrow: 92 }

/** @type {readonly (readonly [title: string, by: Sorting['by'] | undefined])[]} */
const columns = [
  ['State', 'state'],
  ['Host', 'name'],
  ['Profile', 'profile'],
  ['Address', 'address'],
  ['Arch', undefined],
  ['What it does', undefined],
  ['Seen', 'seen'],
]

/**
 * Hosts as a table; only the rows in sight are in the document.
 * @param {{ hosts: readonly HostRow[], picked: ReadonlySet<string>,
 *   pick: (names: readonly string[], yes: boolean) => void,
 *   sorting: Sorting, setSorting: (sorting: Sorting) => void }} props
 */
export function HostTable({ hosts, picked, pick, sorting, setSorting }) {
  const now = useNow(5000)
  const height = useNarrow() ? rowHeight.narrow : rowHeight.wide
  const heights = useMemo(() => hosts.map(() => height), [hosts.length, height])
  const { ref, from, to, before, after, reveal } = useWindowed(heights)
  const keys = useRowKeys(hosts, picked, pick, reveal, ref)
  const last = useRef(0)

  /** @param {number} index @param {boolean} yes @param {boolean} range */
  const pickAt = (index, yes, range) => {
    const [start, end] = range ? [last.current, index].sort((a, b) => a - b) : [index, index]
    last.current = index
    pick(
      hosts.slice(start, (end ?? index) + 1).map(({ name }) => name),
      yes,
    )
  }
  return html`<div class="table" role="grid" aria-label="Hosts" aria-rowcount=${hosts.length + 1} aria-multiselectable="true">
    <${Head} ...${{ hosts, picked, pick, sorting, setSorting }} />
    <div class="rows" role="rowgroup" ref=${ref} onKeyDown=${keys.onKeyDown} onFocusIn=${keys.onFocusIn}>
      <div role="presentation" style=${{ height: `${before}px` }} />
      ${hosts.slice(from, to).map(
        (host, n) => html`<${HostLine}
          key=${host.name} host=${host} index=${from + n} now=${now} pickAt=${pickAt}
          picked=${picked.has(host.name)} current=${from + n === keys.cursor}
        />`,
      )}
      <div role="presentation" style=${{ height: `${after}px` }} />
    </div>
  </div>`
}

/**
 * @param {{ hosts: readonly HostRow[], picked: ReadonlySet<string>,
 *   pick: (names: readonly string[], yes: boolean) => void,
 *   sorting: Sorting, setSorting: (sorting: Sorting) => void }} props
 */
function Head({ hosts, picked, pick, sorting, setSorting }) {
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
    ${columns.map(([title, by]) => {
      const sorted = by === sorting.by ? (sorting.down ? 'descending' : 'ascending') : undefined
      const down = by === sorting.by && !sorting.down
      return html`<span key=${title} role="columnheader" aria-sort=${sorted}>
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
