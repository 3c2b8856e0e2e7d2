/** A login that is ready to be used: where, as whom, and what lets us in. */
export interface SshLogin {
  readonly address: string
  readonly port: number
  readonly user: string
  /** Path of the private key; otherwise the password is used. */
  readonly identityFile?: string
  readonly password?: string
  /** File of the host key. */
  readonly knownHosts: string
  /** The host key is known; otherwise whatever the machine shows is written into that file. */
  readonly pinned: boolean
}

/** The machine's name in files of host keys: its address may change, its key must not. */
export const hostKeyAlias = 'bootwright'

/** Arguments and environment that run a command of a machine. The password is never an argument. */
export function sshCommand(
  sshLogin: SshLogin,
  command: readonly string[],
): { run: readonly string[]; env: Readonly<Record<string, string>> } {
  const { address, port, user, identityFile, password, knownHosts, pinned } = sshLogin
  const options = [
    ...(identityFile === undefined
      ? [
          'PubkeyAuthentication=no',
          'PreferredAuthentications=password,keyboard-interactive',
          'NumberOfPasswordPrompts=1',
        ]
      : ['BatchMode=yes', 'PreferredAuthentications=publickey', 'IdentitiesOnly=yes']),
    'IdentityAgent=none',
    'ConnectTimeout=10',
    'ServerAliveInterval=15',
    'ServerAliveCountMax=4',
    `StrictHostKeyChecking=${pinned ? 'yes' : 'accept-new'}`,
    `UserKnownHostsFile=${quoted(knownHosts)}`,
    'GlobalKnownHostsFile=/dev/null',
    'HashKnownHosts=no',
    'CheckHostIP=no',
    `HostKeyAlias=${hostKeyAlias}`,
    'LogLevel=ERROR',
  ]
  const key = identityFile === undefined ? [] : ['-i', identityFile]
  const ssh = [
    ...['ssh', '-F', '/dev/null', '-T', ...key, '-p', String(port)],
    ...options.flatMap(option => ['-o', option]),
    ...[`${user}@${address}`, ...command],
  ]
  return identityFile === undefined
    ? { run: ['sshpass', '-e', ...ssh], env: { SSHPASS: password ?? '' } }
    : { run: ssh, env: {} }
}

/** ssh splits the values of such options at spaces. */
function quoted(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`
}

/** Text as one word of a POSIX shell, whatever is in it. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
