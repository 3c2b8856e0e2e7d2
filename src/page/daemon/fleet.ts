import type { HostEvent } from '../../api/events.ts'
import type { HostList, HostRow } from '../../api/hosts.ts'
import type { Status } from '../../api/networks.ts'
import type { Api } from './api.ts'

export type Fleet = ReturnType<typeof createFleet>
/** Changes are shown together, at most this often: a rack that boots changes something all the time. */
const pauseMs = 150
const retryMs = 3000

/** All hosts, kept up to date by the daemon's stream of events. */
export function createFleet(api: Api) {
  let byName: Map<string, HostRow> = new Map()
  let hosts: readonly HostRow[] = []
  let notices: readonly string[] = []
  let status: Status | undefined
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let link = 'connecting'
  let clockAhead = 0
  let closed = false
  const watchers: Set<() => void> = new Set()
  const listeners: Set<(event: HostEvent) => void> = new Set()

  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      hosts = [...byName.values()]
      for (const watch of watchers) watch()
    }, pauseMs)
  }
  const setLink = (next: string) => {
    link = next
    changed()
  }
  const readStatus = async () => {
    const asked = Date.now()
    const told = await api.get<Status>('/status')
    clockAhead = Date.parse(told.now) - (asked + Date.now()) / 2
    status = told
    changed()
    return told
  }
  const readHosts = async () => {
    const list = await api.get<HostList>('/hosts')
    byName = new Map(list.hosts.map(host => [host.name, host]))
    hosts = [...byName.values()]
    notices = list.notices
    changed()
  }
  const follow = (after: number) => {
    let first = true
    source = new EventSource(`/api/v1/events?live=true&after=${after}`)
    source.onopen = () => {
      setLink('live')
      // What changed while the stream was away.
      if (!first) void readHosts().catch(() => {})
      first = false
    }
    source.onmessage = ({ data }) => {
      const event = JSON.parse(data)
      for (const listen of listeners) listen(event)
    }
    source.addEventListener('host', ({ data }) => {
      const host = JSON.parse(data)
      byName.set(host.name, host)
      changed()
    })
    source.addEventListener('reloaded', () => void readHosts().catch(() => {}))
    source.addEventListener('notices', ({ data }) => {
      notices = JSON.parse(data)
      changed()
    })
    source.onerror = () => {
      setLink('lost')
      if (source?.readyState === EventSource.CLOSED && !closed) setTimeout(start, retryMs)
    }
  }
  const start = async () => {
    try {
      const { lastEvent } = await readStatus()
      await readHosts()
      if (!closed) follow(lastEvent)
    } catch {
      setLink('lost')
      if (!closed) setTimeout(start, retryMs)
    }
  }

  return {
    start,
    readStatus,
    hosts: () => hosts,
    host: (name: string) => byName.get(name),
    notices: () => notices,
    status: () => status,
    /** connecting, live or lost */
    link: () => link,
    /** Epoch milliseconds by the daemon's clock. */
    now: () => Date.now() + clockAhead,
    /** `watch` is called when anything changed. */
    watch(watch: () => void) {
      watchers.add(watch)
      return () => void watchers.delete(watch)
    },
    /** `listen` is called for each new line of a timeline. */
    listen(listen: (event: HostEvent) => void) {
      listeners.add(listen)
      return () => void listeners.delete(listen)
    },
    close() {
      closed = true
      clearTimeout(timer)
      source?.close()
    },
  }
}
