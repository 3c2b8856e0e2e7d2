import type { HostEvent } from '../../api/events.ts'
import type { HostList, HostRow } from '../../api/hosts.ts'
import type { Status } from '../../api/networks.ts'
import type { Api } from './api.ts'

export type Fleet = ReturnType<typeof createFleet>
/** Changes are shown together, at most this often: a rack that boots changes something all the time. */
const pauseMs = 150
const retryMs = 3000

interface State {
  readonly api: Api
  byName: Map<string, HostRow>
  /** The same, as they are shown. */
  hosts: readonly HostRow[]
  notices: readonly string[]
  status: Status | undefined
  /** Milliseconds by which the daemon's clock is before ours. */
  clockAhead: number
  link: 'connecting' | 'live' | 'lost'
  source: EventSource | undefined
  /** Runs while there are changes to be shown. */
  timer: ReturnType<typeof setTimeout> | undefined
  closed: boolean
  readonly watchers: Set<() => void>
  readonly listeners: Set<(event: HostEvent) => void>
}

/** All hosts, kept up to date by the daemon's stream of events. */
export function createFleet(api: Api) {
  const state: State = {
    api,
    byName: new Map(),
    hosts: [],
    notices: [],
    status: undefined,
    clockAhead: 0,
    link: 'connecting',
    source: undefined,
    timer: undefined,
    closed: false,
    watchers: new Set(),
    listeners: new Set(),
  }
  return {
    start: () => start(state),
    readStatus: () => readStatus(state),
    hosts: () => state.hosts,
    host: (name: string) => state.byName.get(name),
    notices: () => state.notices,
    status: () => state.status,
    link: () => state.link,
    /** Epoch milliseconds by the daemon's clock. */
    now: () => Date.now() + state.clockAhead,
    /** `watch` is called when anything changed. */
    watch(watch: () => void) {
      state.watchers.add(watch)
      return () => void state.watchers.delete(watch)
    },
    /** `listen` is called for each new line of a timeline. */
    listen(listen: (event: HostEvent) => void) {
      state.listeners.add(listen)
      return () => void state.listeners.delete(listen)
    },
    close() {
      state.closed = true
      clearTimeout(state.timer)
      state.source?.close()
    },
  }
}

function changed(state: State): void {
  state.timer ??= setTimeout(() => {
    state.timer = undefined
    state.hosts = [...state.byName.values()]
    for (const watch of state.watchers) watch()
  }, pauseMs)
}

function setLink(state: State, link: State['link']): void {
  state.link = link
  changed(state)
}

async function readStatus(state: State): Promise<Status> {
  const asked = Date.now()
  const status = await state.api.get<Status>('/status')
  state.clockAhead = Date.parse(status.now) - (asked + Date.now()) / 2
  state.status = status
  changed(state)
  return status
}

async function readHosts(state: State): Promise<void> {
  const list = await state.api.get<HostList>('/hosts')
  state.byName = new Map(list.hosts.map(host => [host.name, host]))
  state.hosts = [...state.byName.values()]
  state.notices = list.notices
  changed(state)
}

async function start(state: State): Promise<void> {
  try {
    const { lastEvent } = await readStatus(state)
    await readHosts(state)
    if (!state.closed) follow(state, lastEvent)
  } catch {
    setLink(state, 'lost')
    startLater(state)
  }
}

function startLater(state: State): void {
  if (!state.closed) setTimeout(start, retryMs, state)
}

/** Keeps the hosts as the daemon says; the browser itself goes on where the stream was cut. */
function follow(state: State, after: number): void {
  const source = new EventSource(`/api/v1/events?live=true&after=${after}`)
  state.source = source
  let first = true
  const readAgain = () => void readHosts(state).catch(() => {})
  source.onopen = () => {
    setLink(state, 'live')
    // What changed while the stream was away.
    if (!first) readAgain()
    first = false
  }
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data)
    for (const listen of state.listeners) listen(event)
  }
  source.addEventListener('host', ({ data }) => {
    const host = JSON.parse(data)
    state.byName.set(host.name, host)
    changed(state)
  })
  source.addEventListener('reloaded', readAgain)
  source.addEventListener('notices', ({ data }) => {
    state.notices = JSON.parse(data)
    changed(state)
  })
  source.onerror = () => {
    setLink(state, 'lost')
    if (source.readyState === EventSource.CLOSED) startLater(state)
  }
}
