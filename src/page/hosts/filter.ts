import type { HostRow } from '../../api/hosts.ts'
import { stateOf, states } from '../parts/states.ts'

/** What the operator looks for among the hosts. */
export interface Filter {
  readonly text: string
  /** Empty: all of them. */
  readonly states: readonly string[]
  /** Empty: any. */
  readonly profile: string
  readonly tag: string
}

export interface Sorting {
  readonly by: 'name' | 'state' | 'profile' | 'address' | 'seen'
  readonly down: boolean
}

export const everything: Filter = { text: '', states: [], profile: '', tag: '' }

/** The hosts that a filter leaves, in order. */
export function filterHosts(
  hosts: readonly HostRow[],
  filter: Filter,
  sorting: Sorting,
): HostRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const chosen = hosts.filter(
    host =>
      (filter.states.length === 0 || filter.states.includes(stateOf(host))) &&
      (filter.profile === '' || host.profile === filter.profile) &&
      (filter.tag === '' || host.tags.includes(filter.tag)) &&
      words.every(word => hayOf(host).includes(word)),
  )
  const compare = orders[sorting.by]
  return chosen.sort((a, b) => (compare(a, b) || byName(a, b)) * (sorting.down ? -1 : 1))
}

export function isFiltering(filter: Filter) {
  const { text, states, profile, tag } = filter
  return text.trim() !== '' || states.length > 0 || profile !== '' || tag !== ''
}

const names = new Intl.Collator('en', { numeric: true })

const byName: (a: HostRow, b: HostRow) => number = (a, b): number => names.compare(a.name, b.name)

const orders: Readonly<Record<Sorting['by'], (a: HostRow, b: HostRow) => number>> = {
  name: byName,
  state: (a, b) => states.indexOf(stateOf(a)) - states.indexOf(stateOf(b)),
  profile: (a, b) => names.compare(a.profile ?? '', b.profile ?? ''),
  address: (a, b) =>
    Number(a.address === null) - Number(b.address === null) ||
    names.compare(a.address ?? '', b.address ?? ''),
  // The latest first: that is what one looks for.
  seen: (a, b) => (b.lastSeen ?? '').localeCompare(a.lastSeen ?? ''),
}

const hays: WeakMap<HostRow, string> = new WeakMap()

/** Everything of a host that a search may hit; a MAC in every common spelling. */
function hayOf(host: HostRow) {
  const known = hays.get(host)
  if (known !== undefined) return known
  const macs = host.macs.flatMap(mac => [
    mac,
    mac.replaceAll(':', '-'),
    mac.replaceAll(':', ''),
    mac.replaceAll(':', '').replace(/(.{4})(?=.)/g, '$1.'),
  ])
  const fields = [host.name, host.address, host.profile, host.arch, host.why, host.message]
  const hay = [...fields, ...host.tags, ...macs].filter(Boolean).join('\n').toLowerCase()
  hays.set(host, hay)
  return hay
}

/** The values that occur, sorted, to choose from. */
export function valuesOf(hosts: readonly HostRow[]) {
  const profiles = new Set(hosts.flatMap(({ profile }) => profile ?? []))
  const tags = new Set(hosts.flatMap(host => host.tags))
  return { profiles: [...profiles].sort(names.compare), tags: [...tags].sort(names.compare) }
}
