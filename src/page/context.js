/** @import { Session } from '../api/admin.ts' */
/** @import { Api } from './api.js' */
/** @import { Fleet } from './fleet.js' */
import { createContext } from 'preact'
import { useContext, useEffect, useReducer, useState } from 'preact/hooks'

/**
 * What every part of the page may need.
 * @typedef {{ api: Api, fleet: Fleet, session: Session, say: (text: string, bad?: boolean) => void }} Tools
 */
export const ToolsContext = createContext(/** @type {Tools | undefined} */ (undefined))

/** @returns {Tools & { mayChange: boolean }} */
export function useTools() {
  const tools = useContext(ToolsContext)
  if (!tools) throw new Error('a part of the page stands outside of it')
  return { ...tools, mayChange: tools.session.scope === 'admin' }
}

/** The fleet; whoever uses it is drawn again when something changed. */
export function useFleet() {
  const { fleet } = useTools()
  const [, redraw] = useReducer((/** @type {number} */ n) => n + 1, 0)
  useEffect(() => fleet.watch(() => redraw(0)), [fleet])
  return fleet
}

/**
 * The time by the daemon's clock, anew every so often.
 * @param {number} everyMs
 */
export function useNow(everyMs) {
  const { fleet } = useTools()
  const [now, setNow] = useState(fleet.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(fleet.now()), everyMs)
    return () => clearInterval(timer)
  }, [fleet, everyMs])
  return now
}

/**
 * What a path says, read when the part appears, when the path changes and when `reload` is called.
 * @param {string} path
 */
export function useRead(path) {
  const { api } = useTools()
  const [turn, reload] = useReducer((/** @type {number} */ n) => n + 1, 0)
  const [read, setRead] = useState(/** @type {{ path?: string, data?: any, error?: Error }} */ ({}))
  useEffect(() => {
    let wanted = true
    api.get(path).then(
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
