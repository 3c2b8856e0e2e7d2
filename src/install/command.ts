import { spawn } from 'node:child_process'
import type { Target } from '../boot/install.ts'
import { endGroup, groupOf, type ProcessGroup } from './process-group.ts'

/** How a command ended. `line` is the last thing it said. */
export type Ended =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: string; readonly line: string | undefined }

export interface RunningCommand {
  readonly group: ProcessGroup | undefined
  readonly ended: Promise<Ended>
  /** Ends the whole process group and says why in the outcome. */
  end(why: string): void
}

/** Longest piece of output that becomes one line of the timeline, in bytes. */
const longestLine = 4096

/**
 * Starts a command as its own process group, with stdin closed and no shell. Its environment is PATH,
 * HOME and what the target gives; nothing else of the daemon's reaches it. Each line it prints goes to
 * `say`. After the target's timeout the whole group is ended.
 */
export function runCommand(
  target: Extract<Target, { kind: 'command' }>,
  say: (line: string) => void,
): RunningCommand {
  const [program = '', ...args] = target.run
  const { PATH = '/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env
  const child = spawn(program, args, {
    cwd: target.cwd,
    env: { PATH, HOME, LANG, ...target.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const group = child.pid === undefined ? undefined : groupOf(child.pid)

  let last: string | undefined
  const hear = (line: string) => {
    last = line
    say(line)
  }
  eachLine(child.stdout, hear)
  eachLine(child.stderr, hear)

  let stopped: string | undefined
  const end = (why: string) => {
    stopped ??= why
    if (group) endGroup(group)
  }
  const timer = setTimeout(end, target.timeout * 1000, `it ran longer than ${target.timeout} s`)

  const ended = new Promise<Ended>(resolve => {
    child.once('error', error => {
      clearTimeout(timer)
      resolve({ ok: false, error: `cannot run ${program}: ${error.message}`, line: last })
    })
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      if (code === 0 && !stopped) return resolve({ ok: true })
      const error = stopped ?? (signal ? `ended by ${signal}` : `exit code ${code}`)
      return resolve({ ok: false, error, line: last })
    })
  })
  return { group, ended, end }
}

function eachLine(stream: NodeJS.ReadableStream, hear: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
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
