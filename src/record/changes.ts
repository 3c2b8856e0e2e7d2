/** Tells who listens that something of a host has changed. */
export function createChanges() {
  const listeners = new Set<(host: string) => void>()
  return {
    tell(host: string): void {
      for (const listener of listeners) listener(host)
    },
    /** Calls back until the returned function is called. */
    listen(listener: (host: string) => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export type HostChanges = ReturnType<typeof createChanges>
