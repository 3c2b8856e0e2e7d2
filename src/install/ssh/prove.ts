import type { Attempt, Install, Proof } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import type { Mac } from '../../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import type { InstallDeps } from '../deps.ts'
import { hasSshServer, visit } from './enter.ts'
import { hushScript } from './remote-script.ts'
import {
  type ExpectedMachine,
  type MachineReport,
  readReport,
  reportScript,
  whyNotProved,
} from './report.ts'
import type { SshLogin } from './ssh-command.ts'

/** A machine that has just proved itself. */
export interface Proved {
  readonly sshLogin: SshLogin
  readonly proof: Proof
  readonly facts: MachineReport['facts']
}

/** Why who is at an address is not whom we look for. `final`: another try would end the same. */
export interface Unproved {
  readonly why: Reason
  readonly final?: true
}

type ProofDeps = Pick<InstallDeps, 'logins' | 'addressesOf' | 'whyNoTarget'>

/** What a machine must be to be this attempt's. */
export function wantedOf(install: Install, attempt: Attempt): ExpectedMachine {
  return {
    host: attempt.host,
    phoneHome: attempt.content.phoneHome,
    macs: macsOf(install, attempt),
    ...(attempt.proof && { bootId: attempt.proof.bootId }),
  }
}

/** A host that is found otherwise may have had no card yet when its install was asked for. */
function macsOf({ spec }: Install, attempt: Attempt): Mac[] {
  return [...new Set([attempt.mac, ...spec.host.nics.map(({ mac }) => mac)])]
}

/** Where a machine may be: where it proved itself, else where its MACs are, else where it got its script. */
export function addressesToTry(
  install: Install,
  attempt: Attempt,
  deps: Pick<ProofDeps, 'addressesOf'>,
): IpAddress[] {
  const { address, proof } = attempt
  const known = macsOf(install, attempt).flatMap(deps.addressesOf)
  const all = [...(proof ? [proof.address] : []), ...known, address]
  return [...new Set(all)].filter(place => place !== 0)
}

/**
 * Logs in at an address and looks whether it is this attempt, on the right machine, in the same boot
 * as before. With `hush` what earlier logins have left running there is ended. Never throws.
 */
export async function prove(
  install: Install,
  attempt: Attempt,
  address: IpAddress,
  deps: ProofDeps,
  hush = false,
): Promise<Proved | Unproved> {
  const { login } = install.spec.profile
  const of = { install: install.id, attempt: attempt.number }
  const where = formatIpAddress(address)
  const forbidden = deps.whyNoTarget(address)
  if (forbidden) return { why: { code: 'ssh-never', where: forbidden } }
  const sshLogin = login && deps.logins.sshLogin(of, login, where)
  if (!sshLogin) return { why: { code: 'ssh-login-gone' }, final: true }
  if (!(await hasSshServer(where, sshLogin.port))) {
    return { why: { code: 'ssh-not-yet', port: sshLogin.port } }
  }
  const tried = sshLogin.pinned ? sshLogin : deps.logins.unpinned(sshLogin, where)
  const wanted = wantedOf(install, attempt)
  const first = hush && wanted.bootId !== undefined ? hushScript(wanted.bootId) : ''
  const visited = await visit(tried, first + reportScript)
  if (!visited.ok) return { why: visited.why }
  const report = readReport(visited.output)
  if (!report) return { why: { code: 'ssh-no-report' } }
  const why = whyNotProved(report, wanted)
  if (why) return { why, final: true }
  if (!sshLogin.pinned) deps.logins.pin(of, tried)
  const proof = { address, bootId: report.bootId }
  return { sshLogin: { ...sshLogin, pinned: true }, proof, facts: report.facts }
}
