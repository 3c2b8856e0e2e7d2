import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { given } from '../base/given.ts'
import { lineOfProgram } from '../base/printable.ts'
import { readSlowly } from '../base/read-slowly.ts'
import type { Target } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { endGroup, groupOf, groupsWith, type ProcessGroup } from './process-group.ts'

/** How a command ended. `line` is the last thing it said. */
export type CommandEnd =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly why: Reason
      readonly line: string | undefined
      /** We ended it. */
      readonly stopped?: true
    }

export interface RunningCommand {
  readonly group: ProcessGroup | undefined
  readonly ended: Promise<CommandEnd>
  /** Ends the whole process group and says why in the outcome. */
  end(why: Reason): void
}

/** Longest piece of output that becomes one line of the timeline, in bytes. */
const longestLine = 4096
/** From SIGTERM to SIGKILL. */
const killAfterMs = 5000
/** How long the output of a command is heard after its end. */
const hearOnMs = 1000
/** From one piece of output (64 KiB) to the next: 6 MB/s, and nobody else is kept waiting. */
const restMs = 10

type CommandTarget = Extract<Target, { kind: 'command' }>
type CommandChild = ChildProcessByStdio<Writable | null, Readable, Readable>

/** What a command may be given besides its target. */
export interface CommandExtras {
  /** What it reads from stdin; otherwise stdin is closed. */
  readonly input?: string
  /** The step that a line of its output begins, with its own clock in seconds. Undefined: no line yet. */
  readonly stepOf?: (line: string | undefined) => CommandStep | undefined
}

/** A step of a command. */
export interface CommandStep {
  readonly name: string
  readonly timeout: number
}

/**
 * Starts a command as its own process group, with stdin closed and no shell. Its environment is PATH,
 * HOME and what the target gives; nothing else of the daemon's reaches it. Each line it prints goes to
 * `say`. After the target's timeout the whole group is ended.
 */
export function runCommand(
  target: CommandTarget,
  say: (line: string) => void,
  extras: CommandExtras = {},
): RunningCommand {
  try {
    return follow(startCommand(target, extras.input), target, say, extras.stepOf)
  } catch (error) {
    // Arguments that no program can be given: a zero byte or 128 KiB out of somebody's facts.
    const ended = { ok: false, why: cannotRun(target, error), line: undefined } as const
    return { group: undefined, ended: Promise.resolve(ended), end: () => {} }
  }
}

function startCommand({ run, cwd, env }: CommandTarget, input: string | undefined): CommandChild {
  const [program = '', ...args] = run
  const { PATH = '/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env
  const options = { cwd, env: { PATH, HOME, LANG, ...env }, detached: true } as const
  if (input === undefined) {
    return spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const child = spawn(program, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] })
  // One that ends before it has read everything says so by its exit code.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return child
}

function follow(
  child: CommandChild,
  target: CommandTarget,
  say: (line: string) => void,
  stepOf: CommandExtras['stepOf'] = () => undefined,
): RunningCommand {
  const group = child.pid === undefined ? undefined : groupOf(child.pid)
  let last: string | undefined
  let stepTimer: NodeJS.Timeout | undefined
  const begin = (step: CommandStep | undefined) => {
    if (!step) return
    clearTimeout(stepTimer)
    const why: Reason = { code: 'step-too-long', step: step.name, seconds: step.timeout }
    stepTimer = setTimeout(end, step.timeout * 1000, why)
  }
  const hear = (line: string) => {
    last = line
    say(line)
    begin(stepOf(line))
  }
  eachLine(child.stdout, hear)
  eachLine(child.stderr, hear)

  let stopped: Reason | undefined
  const end = (why: Reason) => {
    stopped ??= why
    if (group) endGroup(group, killAfterMs)
    // Some of its children have made themselves sessions of their own, as sshpass does.
    for (const other of groupsWith(target.env)) endGroup(other, killAfterMs)
  }
  const timer = setTimeout(end, target.timeout * 1000, tooLong(target))
  begin(stepOf(undefined))
  let deaf: NodeJS.Timeout | undefined
  const stopClocks = () => {
    clearTimeout(timer)
    clearTimeout(stepTimer)
  }

  const ended = new Promise<CommandEnd>(resolve => {
    child.once('error', error => {
      stopClocks()
      resolve({ ok: false, why: cannotRun(target, error), line: last })
    })
    child.once('exit', () => {
      // What it left running may hold its output open for ever; that is not waited for.
      const hush = () => [child.stdout, child.stderr].map(pipe => pipe.destroy())
      deaf = setTimeout(hush, stopped ? killAfterMs + hearOnMs : hearOnMs)
    })
    child.once('close', (code, signal) => {
      stopClocks()
      clearTimeout(deaf)
      if (code === 0 && !stopped) return resolve({ ok: true })
      const why = stopped ?? whyEnded(code, signal)
      return resolve({ ok: false, why, line: last, ...(stopped && { stopped: true }) })
    })
  })
  return { group, ended, end }
}

function tooLong({ timeout: seconds }: CommandTarget): Reason {
  return { code: 'ran-too-long', seconds }
}

function whyEnded(code: number | null, signal: string | null): Reason {
  return signal ? { code: 'ended-by-signal', signal } : { code: 'exit-code', exit: code ?? 0 }
}

function cannotRun({ run: [program = ''] }: CommandTarget, error: unknown): Reason {
  const text = error instanceof Error ? error.message : String(error)
  return { code: 'cannot-run', program, error: text }
}

function eachLine(stream: NodeJS.ReadableStream, hear: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  readSlowly<string>(stream, restMs, text => {
    const lines = (rest + text).split(/\r\n|\n|\r/)
    rest = lines.pop() ?? ''
    if (rest.length > longestLine) {
      lines.push(rest)
      rest = ''
    }
    for (const line of lines) if (line !== '') hear(line.slice(0, longestLine))
  })
  stream.on('end', () => rest !== '' && hear(rest))
}

/** Why a command failed and the last that it said, without what must not be shown. */
export function commandFailure(
  { why, line }: Extract<CommandEnd, { ok: false }>,
  secrets: readonly string[],
): Reason {
  const clean = (text: string) => withoutSecrets(lineOfProgram(text), secrets)
  const because =
    why.code === 'cannot-run'
      ? { ...why, program: clean(why.program), error: clean(why.error) }
      : why
  return { code: 'command-failed', because, ...given('line', line && clean(line)) }
}

/** A line without what must not be shown in it. */
export function withoutSecrets(line: string, secrets: readonly string[]): string {
  return secrets.reduce((text, secret) => (secret ? text.replaceAll(secret, '***') : text), line)
}
