import { statSync } from 'node:fs'
import type { Host } from '../../boot/host.ts'
import type { PowerWay, SnmpLogin } from '../../boot/power.ts'
import { throughEach } from '../../boot/power-chain.ts'
import { sharedMistakes } from '../booting-hosts.ts'
import type { Config } from '../config.ts'
import { powerContext } from '../template/context.ts'
import { powerTemplates } from '../template/uses.ts'
import type { Mistake, Path } from './mistake.ts'
import { checkTemplate } from './names.ts'
import { faultsOf } from './templates.ts'

/** Ways to power that cannot work: their templates, for every host, and their files. */
export function checkPower({ power, hosts }: Pick<Config, 'power' | 'hosts'>): Mistake[] {
  const wrong = sharedMistakes()
  const late = sharedMistakes()
  const users = Map.groupBy([...hosts.values()].flatMap(throughEach), host => host.power?.by)
  for (const way of power.values()) {
    const own = users.get(way.name) ?? []
    checkTemplatesOf(way, own, (path, message, host) => wrong.add(path, message, host))
    if (alone.includes(way.kind))
      checkAddresses(way, own, (path, message) => wrong.add(path, message))
    for (const { key, file, isPublic } of filesOf(way)) {
      const lack = lackOf(file, isPublic)
      if (lack !== undefined) late.add(['power', way.name, way.kind, key], `${file} ${lack}`)
    }
  }
  return [...wrong.mistakes('error'), ...late.mistakes('warning')]
}

/** Ways whose address, with what stands beside it, is of one machine. */
const alone: readonly PowerWay['kind'][] = ['amt', 'ipmi', 'redfish', 'snmp']

/** Each machine has a BMC or an outlet of its own: with a wrong address another one would be switched. */
function checkAddresses(
  { kind }: PowerWay,
  hosts: readonly Host[],
  report: (path: Path, message: string) => void,
): void {
  const known = new Map<string, string>()
  for (const { name, power } of hosts) {
    const { address, system = '', outlet = '' } = power ?? {}
    const path = ['hosts', name, 'power']
    const machine = `${address} ${system} ${outlet}`
    const other = known.get(machine)
    const what = kind === 'snmp' ? 'PDU' : 'BMC'
    if (address === undefined) report(path, `needs an \`address\`: that of its ${what}`)
    else if (kind === 'snmp' && outlet === '') report(path, 'needs an `outlet` of its PDU')
    else if (other !== undefined) {
      const its = kind === 'snmp' ? 'outlet' : 'BMC'
      report([...path, 'address'], `is the ${its} of ${other}: two machines cannot have one`)
    } else known.set(machine, name)
  }
}

function checkTemplatesOf(
  way: PowerWay,
  hosts: readonly Host[],
  report: (path: Path, message: string, host?: string) => void,
): void {
  for (const use of powerTemplates(way)) {
    const own = checkTemplate(use.source, use.kind)
    for (const { message } of own) report(use.path, message)
    if (own.length > 0) continue
    for (const host of hosts) {
      for (const { message } of faultsOf(use, powerContext(host))) {
        report(use.path, message, host.name)
      }
    }
  }
}

interface SecretFile {
  readonly key: string
  readonly file: string
  /** It is no secret. */
  readonly isPublic?: boolean
}

/** The files with secrets, and others, that a way names. */
function filesOf(way: PowerWay): SecretFile[] {
  if (way.kind === 'command' || way.kind === 'wake') return []
  if (way.kind === 'ipmi') return [{ key: 'passwordFile', file: way.passwordFile }]
  if (way.kind === 'homeAssistant') return [{ key: 'tokenFile', file: way.tokenFile }]
  if (way.kind === 'snmp') return filesOfLogin(way.login)
  if (way.kind === 'redfish' || way.kind === 'amt') {
    const { passwordFile, trust } = way
    const ca = trust?.kind === 'ca' ? [{ key: 'trust', file: trust.file, isPublic: true }] : []
    return [{ key: 'passwordFile', file: passwordFile }, ...ca]
  }
  const { account, tokenFile } = way
  return [
    ...(account ? [{ key: 'passwordFile', file: account.passwordFile }] : []),
    ...(tokenFile === undefined ? [] : [{ key: 'tokenFile', file: tokenFile }]),
  ]
}

function filesOfLogin(login: SnmpLogin): SecretFile[] {
  if (login.version !== 3) return [{ key: 'communityFile', file: login.communityFile }]
  const { passwordFile, privacyFile } = login
  const privacy = privacyFile === undefined ? [] : [{ key: 'privacyFile', file: privacyFile }]
  return [{ key: 'passwordFile', file: passwordFile }, ...privacy]
}

function lackOf(file: string, isPublic = false): string | undefined {
  try {
    const { mode } = statSync(file)
    if (isPublic || (mode & 0o004) === 0) return undefined
    return 'can be read by everybody on this machine: chmod 600'
  } catch {
    return 'does not exist yet'
  }
}
