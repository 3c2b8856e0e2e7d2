import { useEffect } from 'preact/hooks'
import { useRead, useTools } from './context.js'

const pauseMs = 1000

/**
 * What a path says, read again when something happened that may have changed it, and every so often
 * where not every change is an event.
 * @param {string} path
 * @param {readonly string[]} kinds of events that may
 * @param {number} [everyMs]
 */
export function useFresh(path, kinds, everyMs) {
  const { fleet } = useTools()
  const { data, error, reload } = useRead(path)
  const wanted = kinds.join()
  useEffect(() => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer
    const stop = fleet.listen(({ kind }) => {
      if (wanted.split(',').includes(kind)) timer ??= setTimeout(again, pauseMs)
    })
    const again = () => {
      timer = undefined
      reload()
    }
    return () => {
      clearTimeout(timer)
      stop()
    }
  }, [fleet, wanted])
  useEffect(() => {
    if (everyMs === undefined) return
    const timer = setInterval(reload, everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return { data, error, reload }
}
