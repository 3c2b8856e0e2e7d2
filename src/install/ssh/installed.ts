import type { Attempt, Install } from '../../boot/install.ts'
import { formatIpv4, type Ipv4 } from '../../wire/address.ts'
import type { InstallDeps } from '../deps.ts'
import { hasSshServer, visit } from './enter.ts'
import { scanHostKeys } from './host-keys.ts'
import { wantedOf } from './prove.ts'
import { type MachineReport, readReport, reportScript, type Wanted } from './report.ts'

/**
 * Why the SSH server at an address is not that of the installed system, as the rest of a sentence;
 * undefined where it is. With a key of the owner we log in and compare boots; without one only the host
 * key can tell the installed system from the installer. `named`: the config says the address.
 */
export async function whyNotInstalled(
  install: Install,
  attempt: Attempt,
  address: Ipv4,
  named: boolean,
  deps: Pick<InstallDeps, 'logins' | 'macsOf' | 'whyNoTarget'>,
): Promise<string | undefined> {
  const { login } = install.spec.profile
  const of = { install: install.id, attempt: attempt.number }
  const where = formatIpv4(address)
  const forbidden = deps.whyNoTarget(address, named)
  if (forbidden !== undefined) return `is never entered: ${forbidden}`
  if (!login) return 'cannot be entered: the profile has no login'
  if (!(await hasSshServer(where, login.port))) return `has no SSH server on port ${login.port} yet`

  const wanted = wantedOf(install, attempt)
  if (login.identityFile === undefined) {
    const its = named || deps.macsOf(address).some(mac => wanted.macs.includes(mac))
    if (!its) return 'is not known to be its own address'
    return whyNoOtherKey(await scanHostKeys(where, login.port), deps.logins.hostKey(of))
  }
  const door = deps.logins.door(of, { ...login, way: 'own' }, where)
  if (!door) return 'cannot be entered: its login is there no more'
  const visited = await visit(deps.logins.unpinned(door, where), reportScript)
  if (!visited.ok) return visited.why
  const report = readReport(visited.output)
  return report ? whyNotAnother(report, wanted) : 'lets us in and does not say what it is'
}

/** Why the keys that a server shows (`type key`) are not those of another system than the installer. */
export function whyNoOtherKey(
  shown: readonly string[],
  installer: string | undefined,
): string | undefined {
  if (shown.length === 0) return 'shows no host key yet'
  if (installer === undefined) return 'cannot be told from the installer'
  return shown.includes(installer) ? 'still shows the host key of the installer' : undefined
}

/** Why what lets us in is not another boot of the right machine. */
export function whyNotAnother(report: MachineReport, wanted: Wanted): string | undefined {
  const { phoneHome, bootId, macs, host } = wanted
  const same = report.cmdline.split(/\s+/).includes(`bootwright=${phoneHome}`)
  if (same || report.bootId === bootId) return 'still runs the installer'
  if (report.macs.some(mac => macs.includes(mac))) return undefined
  return `is another machine: it has ${report.macs.join(', ') || 'no MAC'}, and none is of ${host}`
}
