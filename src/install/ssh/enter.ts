import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { lineOfProgram } from '../../base/printable.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { type CommandEnd, runCommand } from '../command.ts'
import { type SshLogin, sshCommand } from './ssh-command.ts'

/** What a short visit came to: its output, or why there is none. */
export type Visit =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly why: Reason }

/** Bytes of output that are listened to. */
const longestOutput = 256 * 1024
/** Seconds for a visit. */
const visitTimeout = 30
const greetingMs = 3000

/** Whether an SSH server greets at an address; costs much less than ssh. */
export function hasSshServer(address: string, port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: address, port })
    const end = (found: boolean) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(found)
    }
    const timer = setTimeout(end, greetingMs, false)
    socket.setEncoding('latin1')
    socket.once('data', text => end(text.toString().startsWith('SSH-')))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}

/** Runs a script of ours by the `sh` of a machine, and reads what it prints. Never throws. */
export async function visit(sshLogin: SshLogin, script: string): Promise<Visit> {
  const { run, env } = sshCommand(sshLogin, ['sh'])
  const lines: string[] = []
  let length = 0
  const hear = (line: string) => {
    length += line.length + 1
    if (length <= longestOutput) lines.push(line)
  }
  // Its own word: what else runs with the same password is not ended with it.
  const own = { ...env, BOOTWRIGHT_VISIT: randomUUID() }
  const command = { kind: 'command', run, cwd: '/', env: own, timeout: visitTimeout } as const
  const { ended } = runCommand(command, hear, { input: script })
  const outcome = await ended
  if (outcome.ok) return { ok: true, output: lines.join('\n') }
  return { ok: false, why: whyNot(outcome, lines.map(lineOfProgram).join('\n')) }
}

/** ssh says the same in many words; sshpass says it by its exit code. */
function whyNot({ why }: Extract<CommandEnd, { ok: false }>, said: string): Reason {
  if (
    /Host key verification failed|HOST IDENTIFICATION HAS CHANGED|host key .* has changed/i.test(
      said,
    )
  ) {
    return { code: 'ssh-other-key' }
  }
  const denied = /Permission denied[^\n]*/.exec(said)?.[0]
  if (denied !== undefined) return { code: 'ssh-denied', said: denied }
  if (why.code === 'exit-code' && why.exit === 5) return { code: 'ssh-wrong-password' }
  const last = said.trim().split('\n').at(-1) || sentenceOf(why)
  return { code: 'ssh-failed', said: last }
}
