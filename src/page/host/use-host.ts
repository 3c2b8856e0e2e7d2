import { useCallback, useEffect, useReducer, useState } from 'preact/hooks'
import type { EventList, HostEvent } from '../../api/events.ts'
import type { HostDetail } from '../../api/hosts.ts'
import { useFleet, useTools } from '../daemon/context.ts'

const pageSize = 500
/** What follows from many lines at once is read once. */
const pauseMs = 400

/**
 * A host with its timeline, which grows while one looks. `version` counts up when what else is known of
 * the host may have changed.
 */
export function useHost(name: string) {
  const { api } = useTools()
  const fleet = useFleet()
  // A reload may bring it or take it away while one looks.
  const isThere = fleet.host(name) !== undefined
  const path = `/hosts/${encodeURIComponent(name)}`
  const past = `/events?host=${encodeURIComponent(name)}&limit=${pageSize}`
  const [detail, setDetail] = useState<HostDetail | undefined>(undefined)
  const [error, setError] = useState<Error | undefined>(undefined)
  const [events, setEvents] = useState<readonly HostEvent[]>([])
  const [ended, setEnded] = useState(false)
  const [version, next] = useReducer((n: number) => n + 1, 0)

  useEffect(() => {
    let fresh: HostEvent[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = () => api.get<HostDetail>(path).then(setDetail, setError)
    const take = () => {
      timer = undefined
      const came = fresh
      fresh = []
      setEvents(now => merge(now, came))
      next(0)
      void read()
    }
    const stop = fleet.listen(event => {
      if (event.host !== name) return
      fresh.push(event)
      timer ??= setTimeout(take, pauseMs)
    })
    setError(undefined)
    void read()
    api.get<EventList>(past).then(({ events }) => {
      setEvents(now => merge(events, now))
      setEnded(events.length < pageSize)
    }, setError)
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [api, fleet, name, isThere])

  const first = events[0]?.id
  const older = useCallback(async () => {
    const { events: before } = await api.get<EventList>(`${past}&before=${first}`)
    setEvents(now => merge(before, now))
    setEnded(before.length < pageSize)
  }, [api, past, first])
  return { detail, error, events, version, older: ended || events.length === 0 ? undefined : older }
}

/** Lines of both, each once, oldest first. */
function merge(a: readonly HostEvent[], b: readonly HostEvent[]) {
  const byId = new Map([...a, ...b].map(event => [event.id, event]))
  return [...byId.values()].sort((x, y) => x.id - y.id)
}
