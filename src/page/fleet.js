/** @import { Status } from '../api/networks.ts' */
/** @import { HostEvent } from '../api/events.ts' */
/** @import { HostRow } from '../api/hosts.ts' */
/** @import { Api } from './api.js' */

/** Changes are shown together, at most this often: a rack that boots changes something all the time. */
const pauseMs = 150
const retryMs = 3000

/**
 * All hosts, kept up to date by the daemon's stream of events.
 * @param {Api} api
 * @typedef {ReturnType<typeof createFleet>} Fleet
 */
export function createFleet(api) {
  /** @type {Map<string, HostRow>} */
  let byName = new Map()
  /** @type {readonly HostRow[]} */
  let hosts = []
  /** @type {readonly string[]} */
  let notices = []
  /** @type {Status | undefined} */
  let status
  /** @type {EventSource | undefined} */
  let source
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let link = 'connecting'
  let clockAhead = 0
  let closed = false
  /** @type {Set<() => void>} */
  const watchers = new Set()
  /** @type {Set<(event: HostEvent) => void>} */
  const listeners = new Set()

  const changed = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      hosts = [...byName.values()]
      for (const watch of watchers) watch()
    }, pauseMs)
  }
  /** @param {string} next */
  const setLink = next => {
    link = next
    changed()
  }
  const readStatus = async () => {
    const asked = Date.now()
    const told = /** @type {Status} */ (await api.get('/status'))
    clockAhead = Date.parse(told.now) - (asked + Date.now()) / 2
    status = told
    changed()
    return told
  }
  const readHosts = async () => {
    const list = await api.get('/hosts')
    byName = new Map(list.hosts.map((/** @type {HostRow} */ host) => [host.name, host]))
    hosts = [...byName.values()]
    notices = list.notices
    changed()
  }
  /** @param {number} after */
  const follow = after => {
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
    /** @param {string} name */
    host: name => byName.get(name),
    notices: () => notices,
    status: () => status,
    /** connecting, live or lost */
    link: () => link,
    /** Epoch milliseconds by the daemon's clock. */
    now: () => Date.now() + clockAhead,
    /** @param {() => void} watch called when anything changed */
    watch(watch) {
      watchers.add(watch)
      return () => void watchers.delete(watch)
    },
    /** @param {(event: HostEvent) => void} listen called for each new line of a timeline */
    listen(listen) {
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
