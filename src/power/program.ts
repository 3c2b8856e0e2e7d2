import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { lineOfProgram } from '../base/printable.ts'
import { readSlowly } from '../base/read-slowly.ts'

/** How a program ended: with what it wrote to stdout, or with a sentence why it did not do it. */
export type Ran =
  | { readonly ok: true; readonly stdout: string }
  | {
      readonly ok: false
      /** What it said last, or how it ended; printable, one line. */
      readonly error: string
      /** All that it wrote to stderr, as it came. */
      readonly stderr: string
    }

export interface Limits {
  /** Seconds; then its whole process group is ended. */
  readonly timeout: number
  readonly signal: AbortSignal
  readonly cwd?: string
  /** More than PATH, HOME and the language. */
  readonly env?: Readonly<Record<string, string>>
}

/** Bytes that are kept of what it says; the rest is read and forgotten. */
const most = 64 * 1024
/** From one piece of output to the next: one that never stops talking keeps nobody waiting. */
const restMs = 10
/** How long its output is heard after its end: what it left running may hold that open for ever. */
const hearOnMs = 500
const longestLine = 200

type Child = ChildProcessByStdio<null, Readable, Readable>

/**
 * Runs a program to its end as its own process group, with stdin closed and no shell. Nothing of the
 * daemon's environment but PATH and HOME reaches it. Never throws.
 */
export function runProgram(args: readonly string[], limits: Limits): Promise<Ran> {
  const { signal, cwd } = limits
  const [program = '', ...rest] = args
  const failed = (error: string, stderr = ''): Ran => {
    return { ok: false, error, stderr }
  }
  if (signal.aborted) return Promise.resolve(failed('the daemon stops'))
  return new Promise(resolve => {
    try {
      const child = spawn(program, rest, {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
        env: envOf(limits),
        ...(cwd !== undefined && { cwd }),
      })
      follow(child, limits, (error, stdout, stderr) =>
        resolve(error === undefined ? { ok: true, stdout } : failed(error, stderr)),
      )
    } catch (error) {
      // Arguments that no program can be given, such as a zero byte.
      resolve(failed(messageOf(error)))
    }
  })
}

function envOf({ env }: Limits): Record<string, string> {
  const { PATH = '/usr/bin:/bin', HOME = '/' } = process.env
  return { PATH, HOME, LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8', ...env }
}

/** Hears a child to its end; `error` is undefined when it ended well. */
function follow(
  child: Child,
  { timeout, signal }: Limits,
  ended: (error: string | undefined, stdout: string, stderr: string) => void,
): void {
  const [out, err] = [child.stdout, child.stderr].map(hear)
  let cut: string | undefined
  const hush = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  const end = (why: string) => {
    cut ??= why
    if (child.pid !== undefined) killGroup(child.pid)
    hush()
  }
  const stop = () => end('the daemon stops')
  const timer = setTimeout(end, timeout * 1000, `it ran longer than ${timeout} s`)
  signal.addEventListener('abort', stop)
  let deaf: NodeJS.Timeout | undefined
  const finish = (error: string | undefined) => {
    clearTimeout(timer)
    clearTimeout(deaf)
    signal.removeEventListener('abort', stop)
    ended(error, out?.() ?? '', err?.() ?? '')
  }
  child.once('error', error => finish(messageOf(error)))
  child.once('exit', () => {
    deaf = setTimeout(hush, hearOnMs)
  })
  child.once('close', (code, signal) => {
    if (cut !== undefined || code === 0) return finish(cut)
    const line = lastLine(err?.() ?? '') || lastLine(out?.() ?? '')
    finish(line || (signal ? `it was ended by ${signal}` : `it ended with exit code ${code}`))
  })
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

function lastLine(text: string): string {
  const line =
    text
      .trimEnd()
      .split(/[\r\n]+/)
      .at(-1) ?? ''
  return lineOfProgram(line).trim().slice(0, longestLine)
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

function messageOf(error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' && path !== undefined) return 'there is no such program'
  return error instanceof Error ? lineOfProgram(error.message) : String(error)
}
