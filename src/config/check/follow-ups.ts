import type { Mistake, Path } from './mistake.ts'

/** Places of a file whose content has the wrong shape and was taken away. */
export interface Broken {
  /** Whether this very place is one of them. */
  has(path: Path): boolean
  /** Each mistake once, without those that only follow from what was taken away. */
  without(mistakes: readonly Mistake[]): Mistake[]
}

/** `joined` are places of maps that were written twice and are looked at as one. */
export function brokenPlaces(shape: readonly Mistake[], joined: readonly Path[]): Broken {
  const places = shape.flatMap(({ path, also = [] }) => [path, ...also])
  const exact = new Set(places.map(keyOf))
  const around = new Set(places.flatMap(path => path.map((_, i) => keyOf(path.slice(0, i)))))
  /** It, or what it stands in, is broken. */
  const isIn = (path: Path) => [...path, ''].some((_, i) => exact.has(keyOf(path.slice(0, i))))
  /** Something of it is broken, too. */
  const touches = (path: Path) => isIn(path) || around.has(keyOf(path))
  const together = new Set(joined.map(keyOf))
  const isJoined = (path: Path) => path.some((_, i) => together.has(keyOf(path.slice(0, i))))
  const follows = ({ path, also = [] }: Mistake) =>
    isIn(path) || also.some(touches) || (also.length > 0 && isJoined(path))
  return {
    has: path => exact.has(keyOf(path)),
    without(mistakes) {
      const seen = new Set<string>()
      return mistakes.filter(mistake => {
        const key = `${keyOf(mistake.path)}\0\0${mistake.message}`
        if (seen.has(key) || (mistake.severity === 'error' && follows(mistake))) return false
        seen.add(key)
        return true
      })
    },
  }
}

function keyOf(path: Path): string {
  return path.join('\0')
}
