import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { whyNoFacts } from '../../boot/facts.ts'
import type { Attempt, Delivery, Install, NixosOptions, Target } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { formatIpv4 } from '../../wire/address.ts'
import type { CommandExtras } from '../command.ts'
import type { InstallDeps } from '../deps.ts'
import { visit } from './enter.ts'
import { nixosArgs, nixosStep } from './nixos-args.ts'
import { type Proved, placesOf, prove } from './prove.ts'
import { hushScript, remoteScript } from './remote-script.ts'
import { type Door, sshCommand } from './ssh-command.ts'
import { writeTunnel } from './tunnel.ts'

type Command = Extract<Target, { kind: 'command' }>

/** A callback that can be started now. */
export interface Prepared {
  readonly command: Command
  readonly extras: CommandExtras
  /** How it is called in the timeline. */
  readonly title: string
  /** What is never shown of its output. */
  readonly secrets: readonly string[]
  /** Cleans up after its end; when we have ended it, also on the machine. */
  done(stopped: boolean): Promise<void>
}

export type Preparing = Prepared | { readonly refused: Reason }

/** Seconds that a machine which was ready has to prove itself once more, just before its deploy. */
const patience = 30
const pauseMs = 2000

export interface DeployerDeps
  extends Pick<
    InstallDeps,
    'memory' | 'logins' | 'addressesOf' | 'whyNoTarget' | 'now' | 'newToken'
  > {
  /** Folder for what callbacks are given as files. */
  readonly folder: string
}

/** Makes callbacks that are processes ready to run. */
export function createDeployer(deps: DeployerDeps) {
  const { memory } = deps

  const spotOf = (delivery: Delivery) => {
    const install = memory.installs.get(delivery.install)
    const attempt = memory.installs.currentAttempt(delivery.host, delivery.install)
    return install && attempt ? { install, attempt } : undefined
  }

  /** Again and again until it proves itself, or is another boot, or the deploy has been taken back. */
  const proveNow = async (
    delivery: Delivery,
    { install, attempt }: { install: Install; attempt: Attempt },
  ): Promise<Proved | { readonly refused: Reason }> => {
    const again = delivery.tries > 0
    const end = deps.now() + patience * 1000
    for (;;) {
      let last: Reason = { code: 'nowhere-found' }
      for (const address of placesOf(install, attempt, deps)) {
        const found = await prove(install, attempt, address, deps, again)
        if (!('why' in found)) return found
        last = { code: 'not-proved', address: formatIpv4(address), because: found.why }
        if (found.final && attempt.proof?.address === address) return refusal(last)
      }
      if (deps.now() > end) return refusal(last)
      if (!memory.deliveries.isRunning(delivery.id)) return refusal({ code: 'taken-back' })
      await new Promise(resolve => setTimeout(resolve, pauseMs))
    }
    function refusal(because: Reason): { refused: Reason } {
      return { refused: again ? { code: 'restarted-and', because } : because }
    }
  }

  const prepare = async (delivery: Delivery): Promise<Preparing> => {
    const { target } = delivery
    if (target.kind === 'webhook' || target.kind === 'broken')
      return { refused: { code: 'no-process' } }
    const spot = spotOf(delivery)
    const folder = join(deps.folder, 'callbacks', `${delivery.id}`)
    const facts = writeFacts(folder, delivery)
    const env = { ...target.env, BOOTWRIGHT_FACTS: facts }
    const secrets = spot ? secretsOf(spot, deps) : []
    const clean = () => rmSync(folder, { recursive: true, force: true })
    const login = delivery.role === 'deploy' ? spot?.install.spec.profile.login : undefined
    if (!spot || !login) {
      if (target.kind !== 'command') return { refused: { code: 'attempt-over' } }
      const title = target.run.join(' ')
      return { command: { ...target, env }, extras: {}, title, secrets, done: async () => clean() }
    }
    const proved = await proveNow(delivery, spot)
    if ('refused' in proved) {
      clean()
      return proved
    }
    memory.installs.saveProof(spot.attempt.token, proved.proof)
    const { door, proof } = proved
    const done = async (stopped: boolean) => {
      if (stopped) await visit(door, hushScript(proof.bootId))
      clean()
    }
    const made = await commandOf(target, { ...env, ...doorEnv(door) }, proved, { ...spot, folder })
    return { ...made, secrets, done }
  }

  const commandOf = async (
    target: Exclude<Target, { kind: 'webhook' | 'broken' }>,
    env: Readonly<Record<string, string>>,
    { door, proof }: Proved,
    { attempt, folder }: { attempt: Attempt; folder: string },
  ): Promise<Pick<Prepared, 'command' | 'extras' | 'title'>> => {
    const { timeout } = target
    const where = `${door.user}@${door.address}`
    switch (target.kind) {
      case 'command':
        return { command: { ...target, env }, extras: {}, title: target.run.join(' ') }
      case 'ssh': {
        const { script, args, vars } = target
        const text = readFileSync(script, 'utf8')
        const mark = `END-OF-SCRIPT-${deps.newToken()}`
        const input = remoteScript({ text, args, vars, bootId: proof.bootId, mark })
        const ssh = sshCommand(door, ['sh'])
        const command = {
          kind: 'command',
          run: ssh.run,
          cwd: '/',
          env: { ...env, ...ssh.env },
          timeout,
        } as const
        return { command, extras: { input }, title: `${script} ${args.join(' ')} on ${where}` }
      }
      case 'nixosAnywhere': {
        const extraFiles = join(folder, 'extra-files')
        await fillExtraFiles(extraFiles, target.options.extraFiles, attempt.content.phoneHome)
        const tunnel = tunnelOf(join(folder, 'tunnel'), target.options, door, proof.bootId)
        const run = ['nixos-anywhere', ...nixosArgs(target.options, door, extraFiles, tunnel)]
        const home = join(deps.folder, 'home')
        mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
        const nix = { ...nixEnv(process.env), HOME: home, ...env }
        const command = { kind: 'command', run, cwd: target.cwd, env: nix, timeout } as const
        const stepOf = (line: string | undefined) => nixosStep(line, target.options.timeouts)
        return { command, extras: { stepOf }, title: run.join(' ') }
      }
    }
  }

  return {
    prepare,

    /** Whether a deploy that a dead daemon left behind may be started again, when the same boot proves itself. */
    canResume(delivery: Delivery): boolean {
      return delivery.role === 'deploy' && spotOf(delivery)?.attempt.proof !== undefined
    },
  }
}

function secretsOf(
  { install, attempt }: { install: Install; attempt: Attempt },
  deps: DeployerDeps,
) {
  const of = { install: install.id, attempt: attempt.number }
  return [...deps.logins.secrets(of), attempt.token]
}

/** The program that nixos-anywhere connects through; none where it is to boot another kernel itself. */
function tunnelOf(file: string, { phases, sshPort }: NixosOptions, door: Door, bootId: string) {
  if (phases.includes('kexec')) return undefined
  writeTunnel(file, door, sshPort ?? door.port, bootId)
  return file
}

/** What a callback needs to log in by itself. */
function doorEnv({ user, port, identityFile, password, knownHosts }: Door): Record<string, string> {
  return {
    BOOTWRIGHT_SSH_USER: user,
    BOOTWRIGHT_SSH_PORT: String(port),
    BOOTWRIGHT_KNOWN_HOSTS: knownHosts,
    ...(identityFile !== undefined && { BOOTWRIGHT_IDENTITY_FILE: identityFile }),
    ...(password !== undefined && { SSHPASS: password }),
  }
}

/** How nix was set up for the daemon: certificates, registries, caches. */
function nixEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && /^(NIX_|SSL_CERT_)/.test(name) ? [[name, value] as const] : [],
  )
  return Object.fromEntries(entries)
}

/** What the installer told: as one JSON file, and each text of its own beside it. Returns the JSON file. */
function writeFacts(folder: string, { body }: Delivery): string {
  const { facts: told } = JSON.parse(body) as { facts?: object }
  // A delivery may be older than the bound.
  const facts = told && whyNoFacts(told) === undefined ? told : {}
  const file = join(folder, 'facts', 'facts.json')
  mkdirSync(join(folder, 'facts'), { recursive: true, mode: 0o700 })
  writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`)
  for (const [name, text] of Object.entries(facts)) {
    if (typeof text !== 'string' || !/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)) continue
    writeFileSync(join(folder, 'facts', name), text)
  }
  return file
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
