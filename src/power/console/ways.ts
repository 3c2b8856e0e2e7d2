import type { CommandConsole, ConsoleWay, SolConsole, SshConsole } from '../../boot/console.ts'
import type { Reason } from '../../boot/reason.ts'
import { bmcAddress } from '../bmc-tls.ts'
import { loginReason, suitesOf, wantsAnotherSuite } from '../ipmi-login.ts'
import { type IpmiLogin, ipmitool, ipmitoolCommand, verdictOf } from '../ipmi-tools.ts'
import { PowerError } from '../power.ts'
import { runProgram } from '../program.ts'
import { readSecret } from '../secret.ts'
import {
  type ConsoleEars,
  type ConsoleProgram,
  type ProgramWords,
  type RunningConsole,
  runConsole,
} from './session.ts'

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

/** What ipmitool takes as the beginning of a command, behind a line end (ASCII RS): it is never typed. */
const escapeChar = '\x1e'

type Running = (program: ConsoleProgram) => Promise<ProgramWords>

/** Connects to a console by one of the ways. Never throws. */
export function connectConsole(
  way: ConsoleWay,
  target: ConsoleTarget,
  ears: ConsoleEars,
  deps: ConsoleWayDeps,
): ConsoleSession {
  let running: RunningConsole | undefined
  let isOver = false
  const run: Running = async program => {
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
    write: bytes => running?.write(bytes.filter(byte => byte !== escapeChar.charCodeAt(0))),
    end() {
      isOver = true
      running?.end()
    },
  }
}

function connect(
  way: ConsoleWay,
  target: ConsoleTarget,
  run: Running,
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

const greeting = /\[SOL Session operational\. [^\r\n]*\r*\n/

/**
 * Serial over LAN through ipmitool, which wants a terminal. It is told to end by its own command, which it takes behind
 * a line end alone; where something else was typed last, its end is told to the BMC by another call: else nobody could
 * have the console until the BMC notices.
 */
async function connectSol(
  way: SolConsole,
  { address = '' }: ConsoleTarget,
  run: Running,
): Promise<Reason> {
  const { user, port, privilege } = way
  const login = { address, port, user, privilege, password: await readSecret(way.passwordFile) }
  const tried = suitesOf(way)
  for (const [n, suite] of tried.entries()) {
    const call = ipmitoolCommand(['-e', escapeChar, 'sol', 'activate'], { ...login, suite })
    let isLeft = true
    const ran = await run({
      ...{ ...call, terminal: true, greeting },
      farewell(last) {
        isLeft = last === undefined || last === 0x0d || last === 0x0a
        return isLeft ? `${escapeChar}.` : undefined
      },
    })
    if (!isLeft) await release({ ...login, suite })
    if (ran.wasOpen) return { code: 'console-ended', program: 'ipmitool', error: ran.error }
    const verdict = verdictOf(ran.words, ipmitool)
    if (n < tried.length - 1 && wantsAnotherSuite(verdict)) continue
    return loginReason(verdict, way, address) ?? solReason(ran, bmcAddress(address, way.port))
  }
  return { code: 'power-program', program: 'ipmitool', error: 'nothing was tried' }
}

async function release(login: IpmiLogin): Promise<void> {
  const { signal } = new AbortController()
  const { run, env } = ipmitoolCommand(['sol', 'deactivate'], login)
  await runProgram(run, { timeout: 3, signal, env })
}

function solReason({ words, error }: ProgramWords, address: string): Reason {
  if (/already active/i.test(words)) return { code: 'console-taken', address }
  if (/no such program|not found/.test(error)) {
    return { code: 'power-program', program: 'ipmitool or script', error }
  }
  return { code: 'bmc-refused', address, what: 'its console (SOL)', error }
}

/** A terminal there, so that the console behaves; no password is asked for, and no escape is known. */
async function connectSsh(
  way: SshConsole,
  { address = '', context }: ConsoleTarget,
  run: Running,
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
  run: Running,
  { render }: ConsoleWayDeps,
): Promise<Reason> {
  const args = templates.map(template => render(template, context))
  const { error } = await run({ run: args, cwd, terminal })
  return { code: 'console-ended', program: args[0] ?? '', error }
}
