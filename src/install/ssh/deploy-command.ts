import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Attempt, NixosOptions, Target } from '../../boot/install.ts'
import type { CommandExtras } from '../command.ts'
import { nixosArgs, nixosStep } from './nixos-args.ts'
import type { Proved } from './prove.ts'
import { remoteScript } from './remote-script.ts'
import { type SshLogin, sshCommand } from './ssh-command.ts'
import { writeTunnel } from './tunnel.ts'

type DeployEnv = Readonly<Record<string, string>>

/** A command that works on a machine. */
export interface DeployCommand {
  readonly command: Extract<Target, { kind: 'command' }>
  readonly extras: CommandExtras
  /** How it is called in the timeline. */
  readonly title: string
}

/** What a deploy is made for: a machine that has just proved itself. */
interface DeployMoment {
  readonly proved: Proved
  readonly attempt: Attempt
  /** For files of this delivery, and of all. */
  readonly folder: string
  readonly home: string
  newToken(): string
}

/** Makes the command of a callback that logs in. What it needs as files is written. */
export async function deployCommand(
  target: Exclude<Target, { kind: 'webhook' | 'broken' }>,
  env: DeployEnv,
  moment: DeployMoment,
): Promise<DeployCommand> {
  const all = { ...env, ...sshLoginEnv(moment.proved.sshLogin) }
  switch (target.kind) {
    case 'command':
      return plainCommand(target, all)
    case 'ssh':
      return scriptCommand(target, all, moment)
    case 'nixosAnywhere':
      return nixosCommand(target, all, moment)
  }
}

export function plainCommand(target: DeployCommand['command'], env: DeployEnv): DeployCommand {
  return { command: { ...target, env }, extras: {}, title: target.run.join(' ') }
}

function scriptCommand(
  { script, args, vars, timeout }: Extract<Target, { kind: 'ssh' }>,
  env: DeployEnv,
  { proved: { sshLogin, proof }, newToken }: DeployMoment,
): DeployCommand {
  const text = readFileSync(script, 'utf8')
  const mark = `END-OF-SCRIPT-${newToken()}`
  const input = remoteScript({ text, args, vars, bootId: proof.bootId, mark })
  const ssh = sshCommand(sshLogin, ['sh'])
  const whole = { ...env, ...ssh.env }
  const title = `${script} ${args.join(' ')} on ${sshLogin.user}@${sshLogin.address}`
  return {
    command: { kind: 'command', run: ssh.run, cwd: '/', env: whole, timeout },
    extras: { input },
    title,
  }
}

async function nixosCommand(
  { options, cwd, timeout }: Extract<Target, { kind: 'nixosAnywhere' }>,
  env: DeployEnv,
  { proved: { sshLogin, proof }, attempt, folder, home }: DeployMoment,
): Promise<DeployCommand> {
  const extraFiles = join(folder, 'extra-files')
  await fillExtraFiles(extraFiles, options.extraFiles, attempt.content.phoneHome)
  const tunnel = tunnelOf(join(folder, 'tunnel'), options, sshLogin, proof.bootId)
  const run = ['nixos-anywhere', ...nixosArgs(options, sshLogin, extraFiles, tunnel)]
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
  const whole = { ...nixEnv(process.env), HOME: home, ...env }
  return {
    command: { kind: 'command', run, cwd, env: whole, timeout },
    extras: { stepOf: line => nixosStep(line, options.timeouts) },
    title: run.join(' '),
  }
}

/**
 * The folder that nixos-anywhere unpacks over the new system's `/`, which gets the rights of the folder
 * itself: so everything that is ours in it is readable, except the URL, which is a secret.
 */
async function fillExtraFiles(to: string, from: string | undefined, phoneHome: string) {
  const own = join(to, 'etc/bootwright')
  mkdirSync(to, { recursive: true, mode: 0o755 })
  if (from !== undefined) await promisify(execFile)('cp', ['-a', '--', `${from}/.`, to])
  mkdirSync(own, { recursive: true, mode: 0o755 })
  writeFileSync(join(own, 'phone-home'), `${phoneHome}\n`, { mode: 0o600 })
}

/** The program that nixos-anywhere connects through; none where it is to boot another kernel itself. */
function tunnelOf(
  file: string,
  { phases, sshPort }: NixosOptions,
  sshLogin: SshLogin,
  bootId: string,
) {
  if (phases.includes('kexec')) return undefined
  writeTunnel(file, sshLogin, sshPort ?? sshLogin.port, bootId)
  return file
}

/** What a callback needs to log in by itself. */
function sshLoginEnv({ user, port, identityFile, password, knownHosts }: SshLogin): DeployEnv {
  return {
    BOOTWRIGHT_SSH_USER: user,
    BOOTWRIGHT_SSH_PORT: String(port),
    BOOTWRIGHT_KNOWN_HOSTS: knownHosts,
    ...(identityFile !== undefined && { BOOTWRIGHT_IDENTITY_FILE: identityFile }),
    ...(password !== undefined && { SSHPASS: password }),
  }
}

/** How nix was set up for the daemon: certificates, registries, caches. */
function nixEnv(env: NodeJS.ProcessEnv): DeployEnv {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /^(NIX_|SSL_CERT_)/.test(name) ? [[name, value] as const] : [],
  )
  return Object.fromEntries(entries)
}
