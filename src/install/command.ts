import { given } from '../base/given.ts'
import { lineOfProgram } from '../base/printable.ts'
import { readSlowly } from '../base/read-slowly.ts'
import type { Target } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { type ProgramEnd, startProgram } from '../system/child.ts'
import { endGroup, groupsWith, type ProcessGroup } from '../system/process-group.ts'

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
const graceMs = 5000
/** How long the output of a command is heard after its end. */
const hearOnMs = 1000
/** From one piece of output (64 KiB) to the next: 6 MB/s, and nobody else is kept waiting. */
const restMs = 10

type CommandTarget = Extract<Target, { kind: 'command' }>

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
 * Runs a command. Each line it prints goes to `say`. After the target's timeout, or that of a step, its whole
 * process group is ended.
 */
export function runCommand(
  target: CommandTarget,
  say: (line: string) => void,
  { input, stepOf = () => undefined }: CommandExtras = {},
): RunningCommand {
  let last: string | undefined
  let stepTimer: NodeJS.Timeout | undefined
  const begin = (step: CommandStep | undefined) => {
    if (!step) return
    clearTimeout(stepTimer)
    const why: Reason = { code: 'step-too-long', step: step.name, seconds: step.timeout }
    stepTimer = setTimeout(child.end, step.timeout * 1000, why)
  }
  const hear = (line: string) => {
    last = line
    say(line)
    begin(stepOf(line))
  }
  const tooLong: Reason = { code: 'ran-too-long', seconds: target.timeout }
  // Some of its children have made themselves sessions of their own, as sshpass does.
  const endOthers = () => {
    for (const group of groupsWith(target.env)) endGroup(group, graceMs)
  }
  const child = startProgram<Reason>(
    { ...target, input, tooLong, graceMs, hearOnMs, endOthers },
    (...outputs) => {
      for (const output of outputs) eachLine(output, hear)
    },
  )
  begin(stepOf(undefined))
  const ended = child.ended.then(end => {
    clearTimeout(stepTimer)
    return endOf(end, target, last)
  })
  return { ...child, ended }
}

function endOf(
  end: ProgramEnd<Reason>,
  target: CommandTarget,
  line: string | undefined,
): CommandEnd {
  switch (end.kind) {
    case 'not-run':
      return { ok: false, why: cannotRun(target, end.error), line }
    case 'stopped':
      return { ok: false, why: end.why, line, stopped: true }
    case 'signal':
      return { ok: false, why: { code: 'ended-by-signal', signal: end.signal }, line }
    case 'exit':
      return end.code === 0
        ? { ok: true }
        : { ok: false, why: { code: 'exit-code', exit: end.code }, line }
  }
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
