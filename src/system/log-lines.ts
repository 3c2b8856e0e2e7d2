import { pino } from 'pino'

/** Bytes that one write takes. */
const mostBytes = 1 << 16

/** Log lines to stdout, those of one turn of the event loop in one write. */
export function logLines(): { write(line: string): void } {
  const stdout = pino.destination({
    dest: 1,
    sync: true,
    minLength: mostBytes - 1,
    maxWrite: mostBytes,
  })
  let waiting = false
  const flush = () => {
    waiting = false
    stdout.flushSync()
  }
  // What ends the process at once must still be read in the log.
  process.on('exit', flush)
  return {
    write(line) {
      stdout.write(line)
      if (waiting) return
      waiting = true
      setImmediate(flush)
    },
  }
}
