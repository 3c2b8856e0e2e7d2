import { stdout } from 'node:process'
import { pino } from 'pino'
import type { Log } from '../base/log.ts'
import { createLimiter } from '../base/per-minute.ts'

/** Where pino writes to. */
export interface LogLines {
  write(line: string): void
}

/** Lines of one level about one host, or about none: more of them in a second are counted. */
const rate = { burst: 500, perSecond: 50 }
/** pino's number for errors, which are always written. */
const error = 50
/** From a line that is left out until their number is told. */
const tellMs = 5000

/** The daemon's log, written to `lines`. `level` is one of pino's. */
export function openLog(level: string, lines: LogLines): Log {
  return pino({ level, base: null }, lines)
}

/** Stdout: lines of JSON, on a terminal for people, and what is for people is loaded there alone. */
export async function stdoutLines(): Promise<LogLines> {
  if (!stdout.isTTY) return logLines()
  const { default: pretty } = await import('pino-pretty')
  return withoutFloods(pretty({ sync: true, ignore: 'pid,hostname', singleLine: true }))
}

/** Log lines to stdout, those of one turn of the event loop in one write. */
function logLines(): LogLines {
  const stdout = pino.destination({ dest: 1, sync: true })
  let lines = ''
  const flush = () => {
    if (lines !== '') stdout.write(lines)
    lines = ''
  }
  // What ends the process at once must still be read in the log.
  process.on('exit', flush)
  return withoutFloods({
    write(line) {
      if (lines === '') setImmediate(flush)
      lines += line
    },
  })
}

/**
 * A packet of a flood is worth no line: what is about the same host, or about none, is written up to a rate,
 * and of the rest the number is told. `now` is milliseconds.
 */
export function withoutFloods(out: LogLines, now: () => number = Date.now): LogLines {
  const limiter = createLimiter(rate, now)
  const left = new Map<string, number>()
  const tell = () => {
    for (const [about, count] of left) {
      const { level, host } = JSON.parse(about)
      const msg = `${count} more log lines like these were left out`
      out.write(`${JSON.stringify({ level, time: now(), ...(host && { host }), msg })}\n`)
    }
    left.clear()
  }
  return {
    write(line) {
      const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? error)
      // A host's name has none of the letters that JSON escapes.
      const host = /"host":"([^"\\]+)"/.exec(line)?.[1] ?? ''
      const about = JSON.stringify({ level, host })
      if (level >= error || limiter.take(about)) return out.write(line)
      if (left.size === 0) setTimeout(tell, tellMs).unref()
      left.set(about, (left.get(about) ?? 0) + 1)
    },
  }
}
