import { useEffect } from 'preact/hooks'
import { useRead, useTools } from './context.ts'

const pauseMs = 1000

/**
 * What a path says, read again when an event of one of these kinds happened, and every so often
 * where not every change is an event.
 */
export function useFresh<T>(path: string, kinds: readonly string[], everyMs?: number) {
  const { fleet } = useTools()
  const { data, error, reload } = useRead<T>(path)
  const wanted = kinds.join()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
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
