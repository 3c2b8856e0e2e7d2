import { createContext } from 'preact'
import { useContext, useEffect, useReducer, useState } from 'preact/hooks'
import type { SessionInfo } from '../../api/admin.ts'
import type { Api } from './api.ts'
import type { Fleet } from './fleet.ts'

export type Tools = {
  api: Api
  fleet: Fleet
  session: SessionInfo
  toast: (text: string, bad?: boolean) => void
}

/** What every part of the page may need. */
export const ToolsContext = createContext<Tools | undefined>(undefined)

export function useTools(): Tools & { mayChange: boolean } {
  const tools = useContext(ToolsContext)
  if (!tools) throw new Error('a part of the page stands outside of it')
  return { ...tools, mayChange: tools.session.scope === 'admin' }
}

/** The fleet; whoever uses it is drawn again when something changed. */
export function useFleet() {
  const { fleet } = useTools()
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  useEffect(() => fleet.watch(() => redraw(0)), [fleet])
  return fleet
}

/** The time by the daemon's clock, anew every so often. */
export function useNow(everyMs: number) {
  const { fleet } = useTools()
  const [now, setNow] = useState(fleet.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(fleet.now()), everyMs)
    return () => clearInterval(timer)
  }, [fleet, everyMs])
  return now
}

/** What a path says, read when the part appears, when the path changes and when `reload` is called. */
export function useRead<T>(path: string) {
  const { api } = useTools()
  const [turn, reload] = useReducer((n: number) => n + 1, 0)
  const [read, setRead] = useState<{ path?: string; data?: T; error?: Error }>({})
  useEffect(() => {
    let wanted = true
    api.get<T>(path).then(
      data => wanted && setRead({ path, data }),
      error => wanted && setRead(before => ({ ...before, path, error })),
    )
    return () => {
      wanted = false
    }
  }, [api, path, turn])
  // What was read before stays to be seen until the next is here.
  return {
    data: read.data,
    error: read.path === path ? read.error : undefined,
    reload: () => reload(0),
  }
}
