import type { CommandConsole, ConsoleWay, SshConsole } from '../../boot/console.ts'
import type { Reason } from '../../boot/reason.ts'
import { PowerError } from '../power.ts'
import { type ConsoleEars, type ConsoleRunner, type RunningConsole, runConsole } from './session.ts'
import { connectSol, typedAtSol } from './sol.ts'

/** Whose console it is. */
export interface ConsoleTarget {
  readonly address?: string
  /** What templates may name. */
  readonly context: object
}

export interface ConsoleWayDeps {
  /** Renders a Liquid template; throws with a sentence when it cannot. */
  render(template: string, context: object): string
  /** Where the keys of SSH servers are kept, which are those of the first time. */
  readonly knownHosts: string
}

/** A console that is connected, or is about to be. */
export interface ConsoleSession {
  /** Why it is over. Never rejects. */
  readonly ended: Promise<Reason>
  write(bytes: Uint8Array): void
  end(): void
}

/** Connects to a console by one of the ways. Never throws. */
export function connectConsole(
  way: ConsoleWay,
  target: ConsoleTarget,
  ears: ConsoleEars,
  deps: ConsoleWayDeps,
): ConsoleSession {
  let running: RunningConsole | undefined
  let isOver = false
  const run: ConsoleRunner = async program => {
    if (isOver) return { error: 'nobody needs it', words: '', wasOpen: false }
    running = runConsole(program, ears)
    return running.ended
  }
  const ended = connect(way, target, run, deps).catch((error: unknown): Reason => {
    if (error instanceof PowerError) return error.why
    return { code: 'power-template', error: error instanceof Error ? error.message : String(error) }
  })
  return {
    ended,
    write: bytes => running?.write(typedAtSol(bytes)),
    end() {
      isOver = true
      running?.end()
    },
  }
}

function connect(
  way: ConsoleWay,
  target: ConsoleTarget,
  run: ConsoleRunner,
  deps: ConsoleWayDeps,
): Promise<Reason> {
  switch (way.kind) {
    case 'ipmi':
      return connectSol(way, target, run)
    case 'ssh':
      return connectSsh(way, target, run, deps)
    case 'command':
      return connectCommand(way, target, run, deps)
  }
}

/** A terminal there, so that the console behaves; no password is asked for, and no escape is known. */
async function connectSsh(
  way: SshConsole,
  { address = '', context }: ConsoleTarget,
  run: ConsoleRunner,
  { render, knownHosts }: ConsoleWayDeps,
): Promise<Reason> {
  const { user, keyFile, port } = way
  const settings = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=accept-new',
    `UserKnownHostsFile=${knownHosts}`,
    'ConnectTimeout=10',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=2',
    'EscapeChar=none',
  ].flatMap(setting => ['-o', setting])
  const there = way.run === undefined ? [] : [render(way.run, context)]
  const login = ['-i', keyFile, '-p', String(port), '-l', user, '--', address, ...there]
  const { error } = await run({ run: ['ssh', '-F', 'none', '-tt', ...settings, ...login] })
  return { code: 'console-ended', program: 'ssh', error }
}

async function connectCommand(
  { run: templates, cwd, terminal }: CommandConsole,
  { context }: ConsoleTarget,
  run: ConsoleRunner,
  { render }: ConsoleWayDeps,
): Promise<Reason> {
  const args = templates.map(template => render(template, context))
  const { error } = await run({ run: args, cwd, terminal })
  return { code: 'console-ended', program: args[0] ?? '', error }
}
