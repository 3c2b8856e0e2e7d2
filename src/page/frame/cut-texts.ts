import { useEffect } from 'preact/hooks'

/** How far above what the pointer is on a text may be cut. */
const levels = 3

/** A text that is cut with an ellipsis is told whole by a tooltip while the pointer is on it. */
export function useTooltipsOfCutTexts() {
  useEffect(() => {
    let told: HTMLElement | undefined
    const look = ({ target }: MouseEvent) => {
      told?.removeAttribute('title')
      told = target instanceof HTMLElement ? cutText(target) : undefined
      if (told) told.title = told.textContent?.replace(/\s+/g, ' ').trim() ?? ''
    }
    addEventListener('mouseover', look)
    return () => removeEventListener('mouseover', look)
  }, [])
}

/** Nothing where a tooltip of its own says more. */
function cutText(element: HTMLElement): HTMLElement | undefined {
  let at: HTMLElement | null = element
  for (let level = 0; at && level < levels; level++, at = at.parentElement) {
    if (at.title !== '') return undefined
    const isCut = at.scrollWidth > at.clientWidth
    if (isCut && getComputedStyle(at).textOverflow === 'ellipsis') return at
  }
  return undefined
}
