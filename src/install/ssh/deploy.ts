import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Delivery } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import type { InstallDeps } from '../deps.ts'
import { writeFacts } from './callback-facts.ts'
import { type DeployCommand, deployCommand, plainCommand } from './deploy-command.ts'
import { visit } from './enter.ts'
import type { Proved } from './prove.ts'
import { type BootToProve, proveAgain } from './prove-again.ts'
import { hushScript } from './remote-script.ts'

/** A callback that can be started now. */
export interface PreparedDeploy extends DeployCommand {
  /** What is never shown of its output. */
  readonly secrets: readonly string[]
  /** Cleans up after its end; when we have ended it, also on the machine. */
  done(stopped: boolean): Promise<void>
}

export type Preparing = PreparedDeploy | { readonly refused: Reason }

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
  return {
    prepare: (delivery: Delivery): Promise<Preparing> => prepare(delivery, deps),

    /** Whether a deploy that a dead daemon left behind may be started again, when the same boot proves itself. */
    canResume: (delivery: Delivery): boolean =>
      delivery.role === 'deploy' && bootOf(delivery, deps)?.attempt.proof !== undefined,
  }
}

async function prepare(delivery: Delivery, deps: DeployerDeps): Promise<Preparing> {
  const { target } = delivery
  if (target.kind === 'webhook' || target.kind === 'broken')
    return { refused: { code: 'no-process' } }
  const boot = bootOf(delivery, deps)
  const folder = join(deps.folder, 'callbacks', `${delivery.id}`)
  const env = { ...target.env, BOOTWRIGHT_FACTS: writeFacts(folder, delivery) }
  const secrets = boot ? secretsOf(boot, deps) : []
  const clean = () => rmSync(folder, { recursive: true, force: true })
  if (delivery.role !== 'deploy' || !boot?.install.spec.profile.login) {
    if (target.kind !== 'command') return { refused: { code: 'attempt-over' } }
    return { ...plainCommand(target, env), secrets, done: async () => clean() }
  }
  const proved = await proveAgain(delivery, boot, deps)
  if ('refused' in proved) {
    clean()
    return proved
  }
  deps.memory.installs.saveProof(boot.attempt.token, proved.proof)
  const { attempt } = boot
  const home = join(deps.folder, 'home')
  const moment = { proved, attempt, folder, home, newToken: deps.newToken }
  const made = await deployCommand(target, env, moment)
  return { ...made, secrets, done: stopped => leave(proved, stopped).then(clean) }
}

/** Ends on the machine what is left there of a deploy that we have ended. */
async function leave({ sshLogin, proof }: Proved, stopped: boolean): Promise<void> {
  if (stopped) await visit(sshLogin, hushScript(proof.bootId))
}

function bootOf({ host, install: id }: Delivery, { memory }: DeployerDeps) {
  const install = memory.installs.get(id)
  const attempt = memory.installs.currentAttempt(host, id)
  return install && attempt ? { install, attempt } : undefined
}

function secretsOf({ install, attempt }: BootToProve, { logins }: DeployerDeps): string[] {
  const of = { install: install.id, attempt: attempt.number }
  return [...logins.secrets(of), attempt.token]
}
