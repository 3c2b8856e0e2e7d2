import { useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks'

/** Rows beyond the edges of the window, so that scrolling never shows an empty strip. */
const usualMargin = 12
/** Rows that come into the document together. */
const usualStep = 8

/**
 * Which of many rows lie in the window: only these are put into the document. Rows follow each other
 * from the top of the element that `ref` is given to; `heights` are of all rows, in pixels, `margin` and `step`
 * are numbers of rows.
 */
export function useRowsInSight(heights: readonly number[], margin = usualMargin, step = usualStep) {
  const ref = useRef<HTMLElement | null>(null)
  const tops = useMemo(() => sums(heights), [heights])
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const drawn = useRef({ from: 0, to: 0 })
  const range = rangeOf(ref.current, tops, margin, step)
  drawn.current = range

  useLayoutEffect(() => {
    const look = () => {
      const { from, to } = rangeOf(ref.current, tops, margin, step)
      if (from !== drawn.current.from || to !== drawn.current.to) redraw(0)
    }
    look()
    addEventListener('scroll', look, { passive: true })
    addEventListener('resize', look)
    return () => {
      removeEventListener('scroll', look)
      removeEventListener('resize', look)
    }
  }, [tops, margin, step])

  const end = tops.at(-1) ?? 0
  return {
    ref,
    ...range,
    before: tops[range.from] ?? 0,
    after: end - (tops[range.to] ?? end),
    /** Scrolls as little as is needed to see a row below a head of this height. */
    reveal(row: number, head: number) {
      const start = (ref.current?.getBoundingClientRect().top ?? 0) + (tops[row] ?? 0)
      const height = heights[row] ?? 0
      if (start < head) scrollBy(0, start - head)
      const below = start + height + 80 - innerHeight
      if (below > 0) scrollBy(0, below)
    },
  }
}

/** The top of each row, and at last the bottom of all. */
function sums(heights: readonly number[]) {
  const tops = [0]
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + height)
  return tops
}

function rangeOf(
  element: HTMLElement | null,
  tops: readonly number[],
  margin: number,
  step: number,
) {
  const count = tops.length - 1
  const top = -(element?.getBoundingClientRect().top ?? 0)
  const first = rowAt(top, tops)
  const last = rowAt(top + innerHeight, tops)
  // In steps, so that not every row that comes into sight draws all of them anew.
  const from = Math.max(0, first - margin - (first % step))
  const to = Math.min(count, last + margin + step - (last % step))
  return { from, to }
}

function rowAt(y: number, tops: readonly number[]) {
  let low = 0
  let high = tops.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((tops[middle] ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return low
}
