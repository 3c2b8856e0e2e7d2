import { useLayoutEffect } from 'preact/hooks'

/** Where a view was left: how far it was scrolled, and which host had the focus. */
interface ReturnPoint {
  scroll: number
  host: string | undefined
}

/** By the ids that entries of the browser's history are given. */
const points = new Map<string, ReturnPoint>()
/** Frames in which what is returned to is drawn and lies where it lay. */
const mostFrames = 30

let current: ReturnPoint = { scroll: 0, host: undefined }

/** Back and forward lead to where one was; every other way into a view begins at its top. */
export function useReturnPoint(view: string, name: string) {
  useLayoutEffect(() => {
    history.scrollRestoration = 'manual'
    const scrolled = () => {
      current.scroll = scrollY
    }
    const focused = ({ target }: FocusEvent) => {
      const at = target instanceof Element ? target.closest<HTMLElement>('[data-host]') : null
      current.host = at?.dataset.host
    }
    addEventListener('scroll', scrolled, { passive: true })
    addEventListener('focusin', focused)
    return () => {
      removeEventListener('scroll', scrolled)
      removeEventListener('focusin', focused)
    }
  }, [])
  useLayoutEffect(() => {
    const id: unknown = history.state?.returnPoint
    const known = typeof id === 'string' ? points.get(id) : undefined
    if (known) {
      current = known
      return comeBack({ ...known })
    }
    const fresh = `${performance.timeOrigin}-${points.size}`
    current = { scroll: 0, host: undefined }
    points.set(fresh, current)
    history.replaceState({ ...history.state, returnPoint: fresh }, '')
    scrollTo(0, 0)
    return undefined
  }, [view, name])
}

/** Only rows in sight are drawn, and some views read first: so it is tried frame by frame. */
function comeBack({ scroll, host }: ReturnPoint) {
  let frame = 0
  let tries = 0
  const attempt = () => {
    scrollTo(0, scroll)
    const row =
      host === undefined ? null : document.querySelector(`[data-host="${CSS.escape(host)}"]`)
    if (row instanceof HTMLElement) row.focus({ preventScroll: true })
    const isThere = Math.abs(scrollY - scroll) < 2 && (host === undefined || row !== null)
    if (!isThere && ++tries < mostFrames) frame = requestAnimationFrame(attempt)
  }
  attempt()
  return () => cancelAnimationFrame(frame)
}
