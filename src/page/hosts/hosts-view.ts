import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { countOf } from '../../base/amount.ts'
import { useFleet } from '../daemon/context.ts'
import { html, part } from '../parts/html.ts'
import { hostLink, replaceQuery } from '../parts/page-location.ts'
import { ActionBar } from './action-bar.ts'
import type { Filter, Sorting } from './filter.ts'
import { everything, filterHosts, isFiltering, valuesOf } from './filter.ts'
import { FleetBar } from './fleet-bar.ts'
import { HostGrid } from './host-grid.ts'
import { HostTable } from './host-table.ts'
import { Toolbar } from './toolbar.ts'

/** All hosts: how the fleet is, what is looked for, a table or racks, and what to do with those chosen. */
export function HostsView({ query }: { query: URLSearchParams }) {
  const fleet = useFleet()
  const hosts = fleet.hosts()
  const [filter, setFilter] = useState(() => filterOf(query))
  const [sorting, setSorting] = useState(() => sortingOf(query))
  const [shape, setShape] = useState(query.get('as') ?? 'table')
  const [group, setGroup] = useState(query.get('by') ?? 'tag')
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())

  // Before the frame is shown: whoever sees it may copy the address.
  useLayoutEffect(() => {
    const { text, states, profile, tag } = filter
    const by = shape === 'racks' ? group : ''
    const as = shape === 'racks' ? shape : ''
    const sort = sorting.by === 'name' && !sorting.down ? '' : sortText(sorting)
    replaceQuery('hosts', { q: text, state: states.join(','), profile, tag, as, by, sort })
  }, [filter, sorting, shape, group])
  useEffect(() => {
    setFilter(filterOf(query))
    setShape(query.get('as') ?? 'table')
  }, [query])

  const shown = useMemo(() => filterHosts(hosts, filter, sorting), [hosts, filter, sorting])
  const others = useMemo(
    () => filterHosts(hosts, { ...filter, states: [] }, sorting),
    [hosts, filter, sorting],
  )
  const values = useMemo(() => valuesOf(hosts), [hosts])
  const chosen = useMemo(() => hosts.filter(({ name }) => picked.has(name)), [hosts, picked])
  const pick = useCallback((names: readonly string[], yes: boolean) => {
    setPicked(now => {
      const next = new Set(now)
      for (const name of names) yes ? next.add(name) : next.delete(name)
      return next
    })
  }, [])

  const chooseTag = useCallback((tag: string) => setFilter(now => ({ ...now, tag })), [])
  const openFirst = () => {
    const [first] = shown
    if (first) location.hash = hostLink(first.name)
  }
  const view = { hosts: shown, picked, pick }
  return html`
    <h1 class="hidden">Hosts</h1>
    ${part(FleetBar, { hosts: others, filter, setFilter })}
    ${part(Toolbar, { filter, setFilter, values, sorting, setSorting, shape, setShape, group, setGroup, openFirst })}
    <p class="hidden" role="status">${countOf(shown.length, 'host')} shown</p>
    ${
      shown.length === 0
        ? part(Nobody, { filter, clear: () => setFilter(everything) })
        : shape === 'racks'
          ? part(HostGrid, { ...view, group })
          : part(HostTable, { ...view, chooseTag, sorting, setSorting })
    }
    ${chosen.length > 0 && part(ActionBar, { hosts: chosen, clear: () => setPicked(new Set()) })}
  `
}

function Nobody({ filter, clear }: { filter: Filter; clear: () => void }) {
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

function filterOf(query: URLSearchParams): Filter {
  return {
    text: query.get('q') ?? '',
    states: query.get('state')?.split(',').filter(Boolean) ?? [],
    profile: query.get('profile') ?? '',
    tag: query.get('tag') ?? '',
  }
}

const orders: readonly Sorting['by'][] = ['name', 'state', 'profile', 'address', 'seen']

function sortingOf(query: URLSearchParams): Sorting {
  const text = query.get('sort') ?? ''
  const by = orders.find(order => order === text.replace('-', '')) ?? 'name'
  return { by, down: text.startsWith('-') }
}

function sortText({ by, down }: Sorting) {
  return `${down ? '-' : ''}${by}`
}
