import type { Attempt, Install } from '../../boot/install.ts'
import type { Reason } from '../../boot/reason.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import type { InstallDeps } from '../deps.ts'
import { hasSshServer, visit } from './enter.ts'
import { scanHostKeys } from './host-keys.ts'
import { wantedOf } from './prove.ts'
import { type ExpectedMachine, type MachineReport, readReport, reportScript } from './report.ts'

/**
 * Why the SSH server at an address is not that of the installed system; undefined where it is. With a key of the owner we log in and compare boots; without one only the host
 * key can tell the installed system from the installer. `named`: the config says the address.
 */
export async function whyNotInstalled(
  install: Install,
  attempt: Attempt,
  address: IpAddress,
  named: boolean,
  deps: Pick<InstallDeps, 'logins' | 'macsOf' | 'whyNoTarget'>,
): Promise<Reason | undefined> {
  const { login } = install.spec.profile
  const of = { install: install.id, attempt: attempt.number }
  const where = formatIpAddress(address)
  const forbidden = deps.whyNoTarget(address, named)
  if (forbidden) return { code: 'ssh-never', where: forbidden }
  if (!login) return { code: 'ssh-no-login' }
  const { port } = login
  if (!(await hasSshServer(where, port))) return { code: 'ssh-not-yet', port }

  const wanted = wantedOf(install, attempt)
  if (login.identityFile === undefined) {
    const its = named || deps.macsOf(address).some(mac => wanted.macs.includes(mac))
    if (!its) return { code: 'ssh-not-its-address' }
    return whyNoOtherKey(await scanHostKeys(where, login.port), deps.logins.hostKey(of))
  }
  const sshLogin = deps.logins.sshLogin(of, { ...login, way: 'own' }, where)
  if (!sshLogin) return { code: 'ssh-login-gone' }
  const visited = await visit(deps.logins.unpinned(sshLogin, where), reportScript)
  if (!visited.ok) return visited.why
  const report = readReport(visited.output)
  return report ? whyNotAnother(report, wanted) : { code: 'ssh-no-report' }
}

/** Why the keys that a server shows (`type key`) are not those of another system than the installer. */
export function whyNoOtherKey(
  shown: readonly string[],
  installer: string | undefined,
): Reason | undefined {
  if (shown.length === 0) return { code: 'ssh-no-key-yet' }
  if (installer === undefined) return { code: 'ssh-key-unknown' }
  return shown.includes(installer) ? { code: 'ssh-installer-key' } : undefined
}

/** Why what lets us in is not another boot of the right machine. */
export function whyNotAnother(report: MachineReport, wanted: ExpectedMachine): Reason | undefined {
  const { phoneHome, bootId, macs, host } = wanted
  const same = report.cmdline.split(/\s+/).includes(`bootwright=${phoneHome}`)
  if (same || report.bootId === bootId) return { code: 'ssh-installer-runs' }
  if (report.macs.some(mac => macs.includes(mac))) return undefined
  return { code: 'ssh-other-machine', macs: report.macs, host }
}
