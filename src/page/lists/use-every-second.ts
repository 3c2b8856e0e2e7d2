import { useEffect } from 'preact/hooks'

/** Looks again each second as long as something moves. */
export function useEverySecond(isMoving: boolean, look: () => void): void {
  useEffect(() => {
    if (!isMoving) return undefined
    const timer = setInterval(look, 1000)
    return () => clearInterval(timer)
  }, [isMoving])
}
