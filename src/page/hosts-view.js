/** @import { Filter, Place, Sorting } from './types.ts' */
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { ActionBar } from './action-bar.js'
import { useFleet } from './context.js'
import { choose, everything, isFiltering, valuesOf } from './filter.js'
import { FleetBar } from './fleet-bar.js'
import { HostGrid } from './host-grid.js'
import { HostTable } from './host-table.js'
import { html } from './html.js'
import { rewrite } from './place.js'
import { Toolbar } from './toolbar.js'
import { countOf } from './words.js'

/**
 * All hosts: how the fleet is, what is looked for, a table or racks, and what to do with those chosen.
 * @param {{ place: Place }} props
 */
export function HostsView({ place }) {
  const fleet = useFleet()
  const hosts = fleet.hosts()
  const [filter, setFilter] = useState(() => filterOf(place.query))
  const [sorting, setSorting] = useState(() => sortingOf(place.query))
  const [shape, setShape] = useState(place.query.get('as') ?? 'table')
  const [group, setGroup] = useState(place.query.get('by') ?? 'tag')
  const [picked, setPicked] = useState(/** @type {ReadonlySet<string>} */ (new Set()))

  // Before the frame is shown: whoever sees it may copy the address.
  useLayoutEffect(() => {
    const { text, states, profile, tag } = filter
    const by = shape === 'racks' ? group : ''
    const as = shape === 'racks' ? shape : ''
    const sort = sorting.by === 'name' && !sorting.down ? '' : sortText(sorting)
    rewrite('hosts', { q: text, state: states.join(','), profile, tag, as, by, sort })
  }, [filter, sorting, shape, group])
  useEffect(() => {
    setFilter(filterOf(place.query))
    setShape(place.query.get('as') ?? 'table')
  }, [place.query])

  const shown = useMemo(() => choose(hosts, filter, sorting), [hosts, filter, sorting])
  const others = useMemo(
    () => choose(hosts, { ...filter, states: [] }, sorting),
    [hosts, filter, sorting],
  )
  const values = useMemo(() => valuesOf(hosts), [hosts])
  const chosen = useMemo(() => hosts.filter(({ name }) => picked.has(name)), [hosts, picked])
  const pick = useCallback((/** @type {readonly string[]} */ names, /** @type {boolean} */ yes) => {
    setPicked(now => {
      const next = new Set(now)
      for (const name of names) yes ? next.add(name) : next.delete(name)
      return next
    })
  }, [])

  const view = { hosts: shown, picked, pick }
  return html`
    <h1 class="hidden">Hosts</h1>
    <${FleetBar} hosts=${others} filter=${filter} setFilter=${setFilter} />
    <${Toolbar} ...${{ filter, setFilter, values, sorting, setSorting, shape, setShape, group, setGroup }} />
    <p class="hidden" role="status">${countOf(shown.length, 'host')} shown</p>
    ${
      shown.length === 0
        ? html`<${Nobody} filter=${filter} clear=${() => setFilter(everything)} />`
        : shape === 'racks'
          ? html`<${HostGrid} ...${view} group=${group} />`
          : html`<${HostTable} ...${view} sorting=${sorting} setSorting=${setSorting} />`
    }
    ${chosen.length > 0 && html`<${ActionBar} hosts=${chosen} clear=${() => setPicked(new Set())} />`}
  `
}

/** @param {{ filter: Filter, clear: () => void }} props */
function Nobody({ filter, clear }) {
  const fleet = useFleet()
  if (fleet.status() === undefined) return html`<p class="empty">Reading the hosts …</p>`
  if (!isFiltering(filter)) {
    return html`<div class="empty">
      <p>The config has no hosts yet.</p>
      <p>Machines that ask are listed under <a href="#/unknown">Unknown</a>, with the lines to paste.</p>
    </div>`
  }
  return html`<div class="empty">
    <p>No host fits.</p>
    <button class="button" onClick=${clear}>Show all hosts</button>
  </div>`
}

/** @param {URLSearchParams} query @returns {Filter} */
function filterOf(query) {
  return {
    text: query.get('q') ?? '',
    states: query.get('state')?.split(',').filter(Boolean) ?? [],
    profile: query.get('profile') ?? '',
    tag: query.get('tag') ?? '',
  }
}

/** @type {readonly Sorting['by'][]} */
const orders = ['name', 'state', 'profile', 'address', 'seen']

/** @param {URLSearchParams} query @returns {Sorting} */
function sortingOf(query) {
  const text = query.get('sort') ?? ''
  const by = orders.find(order => order === text.replace('-', '')) ?? 'name'
  return { by, down: text.startsWith('-') }
}

/** @param {Sorting} sorting */
function sortText({ by, down }) {
  return `${down ? '-' : ''}${by}`
}
