/** Wrong tokens an address may give at once; one more is allowed every so many milliseconds. */
const burst = 10
const refillMs = 6000
/** Addresses remembered; the oldest are forgotten. */
const kept = 10_000

/** Slows down whoever guesses tokens, for each address alone. `now` is milliseconds. */
export function createFailedLogins(now: () => number) {
  /** When an address will have all its tries again. */
  const emptyAt = new Map<string, number>()

  return {
    /** Seconds an address has to wait before its next try; 0 when it may try now. */
    waitOf(address: string): number {
      const ahead = (emptyAt.get(address) ?? 0) - now()
      return Math.max(0, Math.ceil((ahead - (burst - 1) * refillMs) / 1000))
    },
    failed(address: string): void {
      const from = Math.max(emptyAt.get(address) ?? 0, now())
      emptyAt.delete(address)
      emptyAt.set(address, from + refillMs)
      const [oldest] = emptyAt.keys()
      if (emptyAt.size > kept && oldest !== undefined) emptyAt.delete(oldest)
    },
  }
}

export type FailedLogins = ReturnType<typeof createFailedLogins>
