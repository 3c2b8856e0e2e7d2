import { writeFileSync } from 'node:fs'
import { type SshLogin, shellWord, sshCommand } from './ssh-command.ts'

/**
 * Writes a program for `ssh -o ProxyCommand=` that connects to the SSH server on `port` of the boot that
 * proved itself, and to no other: through a login of ours, which knows its host key. nixos-anywhere
 * checks no host key, and may build for an hour before it connects. Throws a sentence.
 */
export function writeTunnel(file: string, sshLogin: SshLogin, port: number, bootId: string): void {
  // It goes through a shell, and NIX_SSHOPTS is cut into words at spaces.
  if (!/^[\w./+@:-]+$/.test(file)) {
    throw new Error(`nixos-anywhere needs a dataDir without spaces and signs: ${file}`)
  }
  const bootIdOf = sshCommand(sshLogin, ['cat', '/proc/sys/kernel/random/boot_id'])
  const tunnel = sshCommand(sshLogin, ['-W', `${sshLogin.address}:${port}`])
  const lines = [
    '#!/bin/sh',
    ...Object.entries(tunnel.env).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    `boot=$(${bootIdOf.run.map(shellWord).join(' ')} < /dev/null) || exit 1`,
    `if [ "$boot" != ${shellWord(bootId)} ]; then`,
    '  echo "this is another boot than the one that proved itself" >&2',
    '  exit 1',
    'fi',
    `exec ${tunnel.run.map(shellWord).join(' ')}`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o700 })
}
