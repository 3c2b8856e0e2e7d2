import { amount } from '../../base/amount.ts'
import type { Io } from '../io.ts'

/** Shows how far a copy is: a bar on a terminal, elsewhere one line for each file. */
export interface ProgressBar {
  show(done: number, total: number, name: string): void
  close(): void
}

const redrawEvery = 100
const width = 24

/** Writes to stderr, where it is in nobody's way. */
export function createBar(
  { stderr, isTerminal }: Io,
  clock = () => performance.now(),
): ProgressBar {
  let last = Number.NEGATIVE_INFINITY
  let drawn = ''
  let said = ''
  return {
    show(done, total, name) {
      if (!isTerminal) {
        if (name !== said) stderr.write(`${name}\n`)
        said = name
        return
      }
      // The beginning and the end of each file are drawn, however soon they come.
      if (name === drawn && clock() - last < redrawEvery && done < total) return
      last = clock()
      drawn = name
      const part = total === 0 ? 1 : done / total
      const full = Math.floor(part * width)
      const text = `${Math.floor(part * 100)} %, ${amount(done)} of ${amount(total)}, ${name}`
      stderr.write(`\r\x1b[K[${'#'.repeat(full).padEnd(width, '.')}] ${text}`)
      said = text
    },
    close() {
      if (isTerminal && said !== '') stderr.write('\n')
    },
  }
}
