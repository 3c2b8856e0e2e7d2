import type { Readable } from 'node:stream'
import { lineOfProgram } from '../base/printable.ts'
import { readSlowly } from '../base/read-slowly.ts'
import { type ProgramEnd, startProgram } from '../system/child.ts'

/** How a program ended: with what it wrote to stdout, or with a sentence why it did not do it. */
export type Ran =
  | { readonly ok: true; readonly stdout: string }
  | {
      readonly ok: false
      /** What it said last, or how it ended; printable, one line. */
      readonly error: string
      /** All that it wrote to stderr and stdout, as it came. */
      readonly stderr: string
      readonly stdout?: string
      /** There is no such program. */
      readonly isMissing?: true
    }

export interface Limits {
  /** Seconds; then its whole process group is ended. */
  readonly timeout: number
  readonly signal: AbortSignal
  readonly cwd?: string
  /** More than PATH, HOME and the language. */
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from stdin. */
  readonly input?: string
}

/** Bytes that are kept of what it says; the rest is read and forgotten. */
const most = 64 * 1024
/** From one piece of output to the next: one that never stops talking keeps nobody waiting. */
const restMs = 10
/** How long its output is heard after its end: what it left running may hold that open for ever. */
const hearOnMs = 500
const longestLine = 200

/**
 * Runs a program to its end, without a shell. When its time is over it is killed, with its
 * whole process group. Never throws.
 */
export async function runProgram(args: readonly string[], limits: Limits): Promise<Ran> {
  const { signal, cwd, env, input, timeout } = limits
  const stops = 'the daemon stops'
  if (signal.aborted) return { ok: false, error: stops, stderr: '' }
  const outputs: (() => string)[] = []
  const tooLong = `it ran longer than ${timeout} s`
  // Its messages are read.
  const environment = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env }
  const child = startProgram<string>(
    { run: args, cwd, env: environment, input, timeout, tooLong, graceMs: 0, hearOnMs },
    (stdout, stderr) => outputs.push(hear(stdout), hear(stderr)),
  )
  const stop = () => child.end(stops)
  signal.addEventListener('abort', stop)
  const end = await child.ended
  signal.removeEventListener('abort', stop)
  const [stdout = '', stderr = ''] = outputs.map(output => output())
  if (end.kind === 'exit' && end.code === 0) return { ok: true, stdout }
  const error = endSentence(end, lastLine(stderr) || lastLine(stdout))
  return { ok: false, error, stderr, stdout, ...(isMissing(end) && { isMissing: true }) }
}

function isMissing(end: ProgramEnd<string>): boolean {
  if (end.kind !== 'not-run') return false
  const { code, path } = end.error as NodeJS.ErrnoException
  return code === 'ENOENT' && path !== undefined
}

/** Why a program did not do it: what it said last, or how it ended. */
export function endSentence(end: ProgramEnd<string>, line: string): string {
  switch (end.kind) {
    case 'not-run':
      return isMissing(end) ? 'there is no such program' : messageOf(end.error)
    case 'stopped':
      return end.why
    case 'signal':
      return line || `it was ended by ${end.signal}`
    case 'exit':
      return line || `it ended with exit code ${end.code}`
  }
}

function hear(stream: Readable): () => string {
  const pieces: Buffer[] = []
  let bytes = 0
  readSlowly<Buffer>(stream, restMs, piece => {
    if (bytes < most) pieces.push(piece.subarray(0, most - bytes))
    bytes += piece.length
  })
  return () => Buffer.concat(pieces).toString('utf8')
}

/** What it said last: printable, one line. */
export function lastLine(text: string): string {
  const line =
    text
      .trimEnd()
      .split(/[\r\n]+/)
      .at(-1) ?? ''
  return lineOfProgram(line).trim().slice(0, longestLine)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? lineOfProgram(error.message) : String(error)
}
