import type { Io } from '../io.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Somebody pressed Ctrl-C, or ended the command otherwise. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
  override readonly message = 'interrupted'
}

/**
 * Runs `work` with a signal that Ctrl-C aborts, so that it can tidy up; rejects with {@link Interrupted} then. A second
 * Ctrl-C ends the process at once.
 */
export async function untilInterrupted<T>(
  io: Io,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  const end = () => ended.abort(new Interrupted())
  const signal = io.signal ? AbortSignal.any([io.signal, ended.signal]) : ended.signal
  for (const name of signals) process.once(name, end)
  try {
    return await work(signal)
  } catch (error) {
    if (signal.aborted) throw new Interrupted()
    throw error
  } finally {
    for (const name of signals) process.off(name, end)
  }
}
