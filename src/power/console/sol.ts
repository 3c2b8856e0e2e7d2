import type { SolConsole } from '../../boot/console.ts'
import type { Reason } from '../../boot/reason.ts'
import { bmcAddress } from '../bmc-tls.ts'
import { loginReason, suitesOf, wantsAnotherSuite } from '../ipmi-login.ts'
import {
  freeIpmi,
  freeIpmiLogin,
  type IpmiLogin,
  type IpmiTool,
  ipmitool,
  ipmitoolCommand,
  verdictOf,
} from '../ipmi-tools.ts'
import { runProgram } from '../program.ts'
import { readSecret } from '../secret.ts'
import type { ConsoleProgram, ConsoleRunner, ProgramWords } from './session.ts'

/** What these programs are told to take as the beginning of a command (ASCII RS): it is never typed. */
const escapeChar = '\x1e'
const escapeByte = escapeChar.charCodeAt(0)

/** A program that holds a console for us, and what it says where it does not. */
interface SolTool extends Pick<IpmiTool, 'verdicts'> {
  readonly name: string
  programOf(login: IpmiLogin): Omit<ConsoleProgram, 'farewell'>
  /** Whether it ends at its command behind this byte; else its end is told to the BMC by another call. */
  hearsBye(last: number | undefined): boolean
  readonly isTaken: RegExp
}

/** It takes its command behind a line end alone. */
const byIpmitool: SolTool = {
  name: 'ipmitool',
  verdicts: ipmitool.verdicts,
  programOf: login => ({
    ...ipmitoolCommand(['-e', escapeChar, 'sol', 'activate'], login),
    greeting: /\[SOL Session operational\. [^\r\n]*\r*\n/,
  }),
  hearsBye: last => last === undefined || last === 0x0d || last === 0x0a,
  isTaken: /already active/i,
}

/**
 * FreeIPMI's ipmiconsole, which asks for the password at its terminal. Besides what its other programs are told
 * (`opensesspriv`) it does not ask whether the channel has consoles and how long their packets may be: it would refuse
 * BMCs that answer the one wrongly, and ipmi_sim dies of the other. Its session may be silent for 25 s: it asks each 20 s.
 */
const byIpmiconsole: SolTool = {
  name: 'ipmiconsole',
  verdicts: freeIpmi.verdicts,
  programOf(login) {
    const flags = 'opensesspriv,solchannelsupport,solpayloadsize'
    const how = ['-W', flags, '--session-timeout=25000', '--dont-steal', '-e', escapeChar]
    return {
      run: ['ipmiconsole', ...freeIpmiLogin(login), ...how],
      greeting: /\[SOL established\]\r*\n/,
      question: { asks: /Password: $/, answer: `${login.password}\n` },
    }
  },
  hearsBye: () => true,
  isTaken: /SOL in use/,
}

const tools = [byIpmitool, byIpmiconsole]

/**
 * Serial over LAN through ipmitool, else through FreeIPMI. They want a terminal. They are told to end by their own
 * command: else nobody could have the console until the BMC notices. Throws a `PowerError` when the password cannot be
 * read.
 */
export async function connectSol(
  way: SolConsole,
  { address = '' }: { readonly address?: string },
  run: ConsoleRunner,
): Promise<Reason> {
  const { user, port, privilege } = way
  const login = { address, port, user, privilege, password: await readSecret(way.passwordFile) }
  const tried = suitesOf(way)
  const left = [...tools]
  let missing = ''
  for (let n = 0; n < tried.length; ) {
    const [tool] = left
    if (!tool) return { code: 'power-program', program: 'ipmitool or ipmiconsole', error: missing }
    const suite = tried[n] ?? 3
    const ran = await hold(tool, { ...login, suite }, run)
    if (ran.wasOpen) return { code: 'console-ended', program: tool.name, error: ran.error }
    if (isMissing(ran)) {
      missing = ran.error
      left.shift()
      continue
    }
    const verdict = verdictOf(ran.words, tool)
    n++
    if (n < tried.length && wantsAnotherSuite(verdict)) continue
    return loginReason(verdict, way, address) ?? solReason(ran, tool, bmcAddress(address, port))
  }
  return { code: 'power-program', program: 'ipmitool', error: 'nothing was tried' }
}

/** What is typed at such a console, without what would be a command of the program. */
export function typedAtSol(bytes: Uint8Array): Uint8Array {
  return bytes.filter(byte => byte !== escapeByte)
}

async function hold(tool: SolTool, login: IpmiLogin, run: ConsoleRunner): Promise<ProgramWords> {
  let isLeft = true
  const ran = await run({
    ...{ ...tool.programOf(login), terminal: true },
    farewell(last) {
      isLeft = tool.hearsBye(last)
      return isLeft ? `${escapeChar}.` : undefined
    },
  })
  if (!isLeft) await release(login)
  return ran
}

async function release(login: IpmiLogin): Promise<void> {
  const { signal } = new AbortController()
  const { run, env } = ipmitoolCommand(['sol', 'deactivate'], login)
  await runProgram(run, { timeout: 3, signal, env })
}

/** The shell that script(1) runs says it. */
function isMissing({ words }: ProgramWords): boolean {
  return /(?:ipmitool|ipmiconsole): not found/.test(words)
}

function solReason({ words, error }: ProgramWords, { isTaken }: SolTool, address: string): Reason {
  if (isTaken.test(words)) return { code: 'console-taken', address }
  if (/no such program/.test(error)) return { code: 'power-program', program: 'script', error }
  return { code: 'bmc-refused', address, what: 'its console (SOL)', error }
}
