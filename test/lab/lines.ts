import type { Readable } from 'node:stream'

/** Calls back for every whole line of a child's output. */
export function readLines(stream: Readable | null, listener: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) listener(line)
  })
}
