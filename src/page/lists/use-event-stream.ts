import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import type { EventList, HostEvent } from '../../api/events.ts'
import { useTools } from '../daemon/context.ts'

const pageSize = 500
/** More are not kept in the page; the daemon has them. */
const most = 2000
/** What follows from many lines at once is drawn once. */
const pauseMs = 250

/**
 * The events of these kinds (none: of all), oldest first, as they happen. While they are held, those that
 * come are counted and wait.
 */
export function useEventStream(kinds: readonly string[]) {
  const { api, fleet } = useTools()
  const wanted = kinds.join(',')
  const path = `/events?limit=${pageSize}${kinds.map(kind => `&kind=${kind}`).join('')}`
  const [events, setEvents] = useState<readonly HostEvent[] | undefined>(undefined)
  const [ended, setEnded] = useState(false)
  const [error, setError] = useState<Error | undefined>(undefined)
  const [held, setHeld] = useState(false)
  const [waiting, setWaiting] = useState(0)
  const fresh = useRef<HostEvent[]>([])

  useEffect(() => {
    let isWanted = true
    fresh.current = []
    setWaiting(0)
    setEvents(undefined)
    api.get<EventList>(path).then(
      list => {
        if (!isWanted) return
        setEvents(list.events)
        setEnded(list.events.length < pageSize)
      },
      failed => isWanted && setError(failed),
    )
    return () => {
      isWanted = false
    }
  }, [api, path])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const take = () => {
      timer = undefined
      setWaiting(held ? fresh.current.length : 0)
      if (held) return
      const came = fresh.current
      fresh.current = []
      setEvents(now => (now ? merged(now, came).slice(-most) : now))
    }
    const stop = fleet.listen(event => {
      if (wanted !== '' && !wanted.split(',').includes(event.kind)) return
      fresh.current = [...fresh.current.slice(-most), event]
      timer ??= setTimeout(take, pauseMs)
    })
    take()
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [fleet, wanted, held])

  const first = events?.[0]?.id
  const older = useCallback(async () => {
    const list = await api.get<EventList>(`${path}&before=${first}`)
    setEvents(now => merged(list.events, now ?? []))
    setEnded(list.events.length < pageSize)
  }, [api, path, first])
  return { events, error, held, setHeld, waiting, older: ended ? undefined : older }
}

/** Events of both, each once, oldest first. */
function merged(a: readonly HostEvent[], b: readonly HostEvent[]): HostEvent[] {
  const byId = new Map([...a, ...b].map(event => [event.id, event]))
  return [...byId.values()].sort((x, y) => x.id - y.id)
}
