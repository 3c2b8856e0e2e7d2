import { createInterface } from 'node:readline'
import type { Io } from './io.ts'
import { clean, screenOf, wrapText } from './table.ts'

/** Whether there is somebody to ask: both the screen and the keyboard are terminals. */
export function canAsk(io: Io): boolean {
  return io.isTerminal && io.stdin.isTTY === true
}

/** Shows the hosts and asks a question on stderr; only `y` or `yes` is one. */
export async function confirmHosts(
  io: Io,
  hosts: readonly string[],
  question: string,
): Promise<boolean> {
  const list = wrapText(clean(hosts.join(' ')), 2, screenOf(io).width ?? 80)
  io.stderr.write(`  ${list}\n${question} [y/N] `)
  return /^y(?:es)?$/i.test((await readLine(io)).trim())
}

function readLine(io: Io): Promise<string> {
  const lines = createInterface({ input: io.stdin, terminal: false })
  return new Promise(resolve => {
    lines.once('line', line => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => resolve(''))
  })
}
