import { spawnSync } from 'node:child_process'

/** Milliseconds for a program that only tells something; nobody answers meanwhile. */
const patience = 5000

/**
 * What a short program of this system writes, given `input`; undefined where it is missing, fails or takes
 * longer than 5 s.
 */
export function outputOf(
  program: string,
  args: readonly string[],
  input?: string,
): string | undefined {
  const settings = { encoding: 'utf8', timeout: patience, killSignal: 'SIGKILL', input } as const
  const { status, stdout } = spawnSync(program, args, settings)
  return status === 0 ? stdout : undefined
}

/** The UDP sockets of this computer as `ss` lists them, or those of a local port. */
export function udpSockets(port?: number): string | undefined {
  const which = port === undefined ? [] : [`sport = :${port}`]
  return outputOf('ss', ['-H', '-u', '-l', '-n', ...which])
}
