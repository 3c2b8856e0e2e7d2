import { pino } from 'pino'

/** Log lines to stdout, those of one turn of the event loop in one write. */
export function logLines(): { write(line: string): void } {
  const stdout = pino.destination({ dest: 1, sync: true })
  let lines = ''
  const flush = () => {
    if (lines !== '') stdout.write(lines)
    lines = ''
  }
  // What ends the process at once must still be read in the log.
  process.on('exit', flush)
  return {
    write(line) {
      if (lines === '') setImmediate(flush)
      lines += line
    },
  }
}
