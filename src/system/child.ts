import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { endGroup, groupOf, killGroup, type ProcessGroup } from './process-group.ts'

/** A program that is to run: an argument list and no shell. */
export interface Program<Why> {
  readonly run: readonly string[]
  readonly cwd?: string | undefined
  /** Besides PATH, HOME and LANG; nothing else of the daemon's environment reaches it. */
  readonly env: Readonly<Record<string, string>>
  /** What it reads from stdin; otherwise stdin is closed. */
  readonly input?: string | undefined
  /** Its stdin stays open, and is `stdin` of what runs. */
  readonly talks?: true
  /** Seconds after which it is ended; Infinity: never. */
  readonly timeout: number
  /** Why that is, then. */
  readonly tooLong: Why
  /** From SIGTERM to SIGKILL in milliseconds; 0 kills at once, and nothing of it is heard any more. */
  readonly graceMs: number
  /** For how many milliseconds its output is heard after its end: what it left running may hold that open. */
  readonly hearOnMs: number
  /** Ends what has left its group. */
  endOthers?(): void
}

/** How it ended. `error` is the system's: there is no such program, or its arguments cannot be given. */
export type ProgramEnd<Why> =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'stopped'; readonly why: Why }
  | { readonly kind: 'not-run'; readonly error: unknown }

export interface RunningProgram<Why> {
  readonly group: ProcessGroup | undefined
  readonly ended: Promise<ProgramEnd<Why>>
  /** Of one that is talked to. */
  readonly stdin?: Writable
  /** Ends the whole process group, for this reason. */
  end(why: Why): void
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>

/**
 * Starts a program as the leader of a process group of its own. `hear` is given its stdout and stderr, to read
 * them at its own pace and keep of them what it wants. Never throws.
 */
export function startProgram<Why>(
  program: Program<Why>,
  hear: (stdout: Readable, stderr: Readable) => void,
): RunningProgram<Why> {
  try {
    const child = spawned(program)
    hear(child.stdout, child.stderr)
    return follow(child, program)
  } catch (error) {
    // Arguments that no program can be given: a zero byte or 128 KiB out of somebody's facts.
    const ended = Promise.resolve({ kind: 'not-run', error } as const)
    return { group: undefined, ended, end: () => {} }
  }
}

function spawned<Why>({ run, cwd, env, input, talks }: Program<Why>): Child {
  const [name = '', ...args] = run
  const { PATH = '/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env
  const options = { cwd, env: { PATH, HOME, LANG, ...env }, detached: true } as const
  if (input === undefined && !talks) {
    return spawn(name, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const child = spawn(name, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  // One that ends before it has read everything says so by its exit code.
  child.stdin.on('error', () => {})
  if (!talks) child.stdin.end(input)
  return child
}

function follow<Why>(child: Child, program: Program<Why>): RunningProgram<Why> {
  const { timeout, tooLong, graceMs, hearOnMs } = program
  const group = child.pid === undefined ? undefined : groupOf(child.pid)
  const hush = () => {
    child.stdout.destroy()
    child.stderr.destroy()
  }
  let stopped: { readonly why: Why } | undefined
  const end = (why: Why) => {
    stopped ??= { why }
    if (group) graceMs === 0 ? killGroup(group) : endGroup(group, graceMs)
    program.endOthers?.()
    if (graceMs === 0) hush()
  }
  const timer =
    timeout === Number.POSITIVE_INFINITY ? undefined : setTimeout(end, timeout * 1000, tooLong)
  let deaf: NodeJS.Timeout | undefined
  const ended = new Promise<ProgramEnd<Why>>(resolve => {
    child.once('error', error => {
      clearTimeout(timer)
      resolve({ kind: 'not-run', error })
    })
    child.once('exit', () => {
      deaf = setTimeout(hush, stopped ? graceMs + hearOnMs : hearOnMs)
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      clearTimeout(deaf)
      if (stopped) return resolve({ kind: 'stopped', ...stopped })
      return resolve(signal ? { kind: 'signal', signal } : { kind: 'exit', code: code ?? 0 })
    })
  })
  return { group, ended, end, ...(child.stdin && { stdin: child.stdin }) }
}
