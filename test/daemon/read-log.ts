import { openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [key: string]: unknown
}

/**
 * What is in a growing log: each look reads what is new. The last line may be half written, and what is no
 * JSON is for people.
 */
export function readLog(file: string): () => LogLine[] {
  const bytes = openSync(file, 'r')
  const chunk = Buffer.alloc(65_536)
  const lines: LogLine[] = []
  let rest = ''
  const decoder = new StringDecoder('utf8')
  return () => {
    for (let read = readSync(bytes, chunk); read > 0; read = readSync(bytes, chunk)) {
      const whole = (rest + decoder.write(chunk.subarray(0, read))).split('\n')
      rest = whole.pop() ?? ''
      for (const line of whole) lines.push(...parsed(line))
    }
    return [...lines]
  }
}

function parsed(line: string): LogLine[] {
  try {
    return [JSON.parse(line) as LogLine]
  } catch {
    return []
  }
}
