import { createLimiter } from '../base/per-minute.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Delivery } from '../boot/install.ts'
import type { Memory } from './deps.ts'

/** Lines of a command that become lines of the timeline. */
const rate = { burst: 1000, perSecond: 50 }
/** What a line costs beside its letters, in bytes. */
const rowBytes = 100

export interface OutputDeps {
  readonly memory: Pick<Memory, 'record'>
  now(): number
  /** Bytes of output kept for each command. */
  outputBound(): number
}

/** What a command prints, on its way into the timeline of its host. */
export interface Output {
  line(line: string): void
  /** Tells what was left out last. */
  end(): void
}

/** Keeps output within its bounds; `clean` takes out what nobody may see. */
export function createOutput(
  { host, callback }: Pick<Delivery, 'host' | 'callback'>,
  { memory, now, outputBound }: OutputDeps,
  clean: (line: string) => string,
): Output {
  const limiter = createLimiter(rate, now)
  let left = outputBound()
  let missed = 0
  const record = (event: ContentOf<'output'>) => memory.record({ host, ...event })
  const tellMissed = () => {
    const data = { callback, count: missed }
    if (missed > 0) record({ kind: 'output', code: 'dropped', data })
    missed = 0
  }
  return {
    line(line) {
      if (left <= 0) return
      if (!limiter.take('')) {
        missed++
        return
      }
      tellMissed()
      left -= line.length + rowBytes
      if (left > 0) record({ kind: 'output', code: 'line', data: { callback, line: clean(line) } })
      else record({ kind: 'output', code: 'cut', data: { callback } })
    },
    end: tellMissed,
  }
}
