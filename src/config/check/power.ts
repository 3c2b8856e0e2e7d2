import type { Host } from '../../boot/host.ts'
import type { PowerWay, SnmpLogin } from '../../boot/power.ts'
import { throughEach } from '../../boot/power-chain.ts'
import { sharedMistakes } from '../booting-hosts.ts'
import type { Config } from '../config.ts'
import { powerContext } from '../template/context.ts'
import { powerTemplates } from '../template/uses.ts'
import { programProblem } from './files.ts'
import type { Mistake, Path } from './mistake.ts'
import {
  bmcs,
  checkAddresses,
  checkTemplatesOf,
  lackOfIpmi,
  lackOfSecret,
  type OfBmc,
  outlets,
} from './ways.ts'

/** Ways to power that cannot work: their templates, for every host, and their files. */
export function checkPower({ power, hosts }: Pick<Config, 'power' | 'hosts'>): Mistake[] {
  const wrong = sharedMistakes()
  const late = sharedMistakes()
  const users = Map.groupBy([...hosts.values()].flatMap(throughEach), host => host.power?.by)
  for (const way of power.values()) {
    const own = users.get(way.name) ?? []
    checkTemplatesOf(powerTemplates(way), own, powerContext, wrong)
    if (alone.includes(way.kind)) {
      checkAddresses(own.map(ofBmc), wrong, way.kind === 'snmp' ? outlets : bmcs)
    }
    for (const { key, file, isPublic } of filesOf(way)) {
      const lack = lackOfSecret(file, isPublic)
      if (lack !== undefined) late.add(['power', way.name, way.kind, key], `${file} ${lack}`)
    }
    for (const { path, lack } of programsMissing(way)) {
      late.add(['power', way.name, way.kind, ...path], lack)
    }
  }
  return [...wrong.mistakes('error'), ...late.mistakes('warning')]
}

/** Ways whose address, with what stands beside it, is of one machine. */
const alone: readonly PowerWay['kind'][] = ['amt', 'ipmi', 'redfish', 'snmp']

function ofBmc({ name, power }: Host): OfBmc {
  const { address, system, outlet } = power ?? {}
  return { host: name, path: ['hosts', name, 'power'], address, system, outlet }
}

interface SecretFile {
  readonly key: string
  readonly file: string
  /** It is no secret. */
  readonly isPublic?: boolean
}

/** The files with secrets, and others, that a way names. */
function filesOf(way: PowerWay): SecretFile[] {
  if (way.kind === 'command' || way.kind === 'wake' || way.kind === 'kexec') return []
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

/** Programs that are not there, and may come later. */
function programsMissing(way: PowerWay): { readonly path: Path; readonly lack: string }[] {
  if (way.kind === 'ipmi') {
    const lack = lackOfIpmi('ipmipower', 'ipmi-raw')
    return lack === undefined ? [] : [{ path: [], lack }]
  }
  if (way.kind !== 'command') return []
  const { on, off, cycle, status, netboot } = way
  const asked = Object.entries({ on, off, cycle, status, netboot })
  return asked.flatMap(([verb, args]) => {
    const [program] = args ?? []
    const lack = program === undefined ? undefined : programProblem(program, way.cwd)
    return lack === undefined ? [] : [{ path: [verb, 0], lack }]
  })
}
