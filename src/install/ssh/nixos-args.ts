import type { NixosPhase } from '../../boot/callback.ts'
import type { NixosOptions } from '../../boot/install.ts'
import type { CommandStep } from '../command.ts'
import type { SshLogin } from './ssh-command.ts'

/**
 * The arguments of nixos-anywhere 1.x. `extraFiles` is the folder that is copied into the new system,
 * `tunnel` the program that it connects through. The password of a login goes by SSHPASS, never by an
 * argument.
 */
export function nixosArgs(
  options: NixosOptions,
  sshLogin: Pick<SshLogin, 'address' | 'port' | 'user' | 'identityFile'>,
  extraFiles: string,
  tunnel?: string,
): string[] {
  const { source, phases, kexec, buildOn, diskEncryptionKeys, extraArgs } = options
  const identity = options.identityFile ?? sshLogin.identityFile
  const what =
    'flake' in source ? ['--flake', source.flake] : ['--store-paths', source.disko, source.system]
  const keys = Object.entries(diskEncryptionKeys)
  return [
    ...['--phases', phases.join(','), ...what],
    ...(identity === undefined ? ['--env-password'] : ['-i', identity]),
    ...['--ssh-port', String(options.sshPort ?? sshLogin.port)],
    ...optional('--ssh-option', tunnel && `ProxyCommand=${tunnel}`),
    ...optional('--post-kexec-ssh-port', options.postKexecSshPort),
    ...optional('--kexec', kexec),
    ...optional('--build-on', buildOn),
    ...['--extra-files', extraFiles],
    ...keys.flatMap(([remote, local]) => ['--disk-encryption-keys', remote, local]),
    ...extraArgs,
    ...['--target-host', `${sshLogin.user}@${sshLogin.address}`],
  ]
}

function optional(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)]
}

/** The lines that nixos-anywhere begins a step with, and the clock of each. */
const steps: readonly (readonly [line: RegExp, phase: NixosPhase])[] = [
  [/^Uploading install SSH keys/, 'connect'],
  [/^Gathering machine facts/, 'facts'],
  [/^Switching system into kexec/, 'kexec'],
  [/^(?:Building|Uploading) the system closure/, 'build'],
  [/^Formatting hard drive with disko/, 'disko'],
  [/^Installing NixOS/, 'install'],
  [/^Rebooting|^Waiting for the machine to become unreachable/, 'reboot'],
]

/** The step that a line of its output begins, such as `### Installing NixOS ###`. Undefined line: the start. */
export function nixosStep(
  line: string | undefined,
  timeouts: Readonly<Record<NixosPhase, number>>,
): CommandStep | undefined {
  if (line === undefined) return { name: 'the start', timeout: timeouts.build }
  const title = /^### (.*?) ###/.exec(line)?.[1]
  if (title === undefined) return undefined
  const [, phase] = steps.find(([pattern]) => pattern.test(title)) ?? []
  return phase && { name: `"${title}"`, timeout: timeouts[phase] }
}
