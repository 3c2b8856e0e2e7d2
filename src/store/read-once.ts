import type { Database } from './database.ts'

/**
 * What the database says of something, read once: a script asks for its host and its install half a
 * dozen times. Whoever writes forgets what was read. `keeps`: whether it is worth its memory.
 */
export function createReadOnce<T>(
  db: Database,
  read: (key: string) => T | undefined,
  keeps: (value: T | undefined) => boolean = () => true,
) {
  const known = new Map<string, T | undefined>()
  db.onUndone(() => known.clear())
  return {
    of(key: string): T | undefined {
      if (known.has(key)) return known.get(key)
      const value = read(key)
      if (keeps(value)) known.set(key, value)
      return value
    },
    forget: (key: string): void => void known.delete(key),
  }
}

export type ReadOnce<T> = ReturnType<typeof createReadOnce<T>>
