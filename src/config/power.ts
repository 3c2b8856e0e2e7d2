import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import { didYouMean } from '../base/nearest.ts'
import { parseDuration } from '../base/units.ts'
import {
  type Account,
  type AmtWay,
  type HostPower,
  type HostPowerWay,
  type HttpWay,
  type IpmiWay,
  kexecWay,
  type PowerRequest,
  type PowerWay,
  type SnmpWay,
  type Trusts,
  wakeWay,
} from '../boot/power.ts'
import { resolveByName } from './by-name.ts'
import { placesOf, type Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import { isOneKind } from './one-kind.ts'
import type { RawHostPowers, RawPower, RawRequest, RawStatus } from './schema/power.ts'

/** What a way can be; each is exactly one of them. */
const kinds = ['redfish', 'ipmi', 'amt', 'snmp', 'homeAssistant', 'http', 'command'] as const

/** The ways to power by name. */
export function resolvePower(
  raw: Readonly<Record<string, RawPower>>,
  folder: string,
  report: Report,
): Map<string, PowerWay> {
  return resolveByName(raw, (name, way) => resolveWay(name, way, folder, report))
}

function resolveWay(
  name: string,
  raw: RawPower,
  folder: string,
  report: Report,
): PowerWay | undefined {
  const path = ['power', name]
  if (name === kexecWay.name) {
    report(path, 'is what `install --by kexec` is called: give this way another name', true)
    return undefined
  }
  const words = { path, what: 'a way to power', nothing: 'says no way' }
  if (!isOneKind(raw, kinds, words, report)) return undefined
  const { redfish, ipmi, amt, snmp, homeAssistant, http, command } = raw
  if (redfish) {
    const { port = defaults.power.redfishPort } = redfish
    const trust = trustOf(redfish.trust, folder)
    return { kind: 'redfish', name, ...accountOf(redfish, folder), port, trust }
  }
  if (amt) return amtWay(name, amt, folder, report)
  if (snmp) return snmpWay(name, snmp, folder, report)
  if (homeAssistant) {
    const { url, tokenFile, entity = defaults.power.entity } = homeAssistant
    const pause = parseDuration(homeAssistant.pause ?? defaults.power.pause)
    const token = resolve(folder, tokenFile)
    return { kind: 'homeAssistant', name, url, tokenFile: token, entity, pause }
  }
  if (ipmi) return ipmiWay(name, ipmi, folder)
  if (http) return httpWay(name, http, folder, report)
  if (command) {
    const { on, off, cycle, status, netboot } = command
    return {
      ...{ kind: 'command', name, on, off, cwd: folder },
      ...{ ...given('cycle', cycle), ...given('status', status), ...given('netboot', netboot) },
      timeout: parseDuration(command.timeout ?? defaults.power.commandTimeout),
      pause: parseDuration(command.pause ?? defaults.power.pause),
    }
  }
  return undefined
}

/** A BMC that speaks IPMI, for power or for consoles. */
export function ipmiWay(name: string, raw: NonNullable<RawPower['ipmi']>, folder: string): IpmiWay {
  const { cipher, port = defaults.power.ipmiPort, privilege = defaults.power.privilege } = raw
  const account = accountOf(raw, folder)
  return { kind: 'ipmi', name, ...account, port, privilege, ...given('cipher', cipher) }
}

function accountOf({ user, passwordFile }: Account, folder: string): Account {
  return { user, passwordFile: resolve(folder, passwordFile) }
}

function trustOf(
  trust: NonNullable<RawPower['redfish']>['trust'] = 'pinned',
  folder: string,
): Trusts {
  return typeof trust === 'string'
    ? { kind: trust }
    : { kind: 'ca', file: resolve(folder, trust.ca) }
}

function amtWay(
  name: string,
  raw: NonNullable<RawPower['amt']>,
  folder: string,
  report: Report,
): AmtWay {
  const { tls = true, trust } = raw
  const { amtPort, amtTlsPort } = defaults.power
  if (!tls && trust !== undefined) {
    report(['power', name, 'amt', 'trust'], 'without TLS it shows no certificate', true)
  }
  const { port = tls ? amtTlsPort : amtPort } = raw
  const way = { kind: 'amt', name, ...accountOf(raw, folder), port } as const
  return tls ? { ...way, trust: trustOf(trust, folder) } : way
}

function snmpWay(
  name: string,
  raw: NonNullable<RawPower['snmp']>,
  folder: string,
  report: Report,
): SnmpWay | undefined {
  const { model, communityFile, user, passwordFile, privacyFile, version = 1 } = raw
  const path = ['power', name, 'snmp']
  const { port = defaults.power.snmpPort } = raw
  const pause = parseDuration(raw.pause ?? defaults.power.pause)
  const way = { kind: 'snmp', name, model, port, pause } as const
  if (communityFile !== undefined) {
    for (const key of ['user', 'passwordFile', 'privacyFile'] as const) {
      if (raw[key] !== undefined)
        report([...path, key], 'is of SNMP 3, which has no community', true)
    }
    return { ...way, login: { version, communityFile: resolve(folder, communityFile) } }
  }
  if (user === undefined || passwordFile === undefined) {
    const places = placesOf(path, 'communityFile', 'user', 'passwordFile')
    report(
      path,
      'says no login: write `communityFile`, or `user` and `passwordFile`',
      false,
      places,
    )
    return undefined
  }
  const account = accountOf({ user, passwordFile }, folder)
  const privacy = given('privacyFile', privacyFile && resolve(folder, privacyFile))
  return { ...way, login: { version: 3, ...account, ...privacy } }
}

function httpWay(
  name: string,
  raw: NonNullable<RawPower['http']>,
  folder: string,
  report: Report,
): HttpWay {
  const { user, passwordFile, tokenFile } = raw
  const path = ['power', name, 'http']
  if ((user === undefined) !== (passwordFile === undefined)) {
    const [is, other] = user === undefined ? ['passwordFile', 'user'] : ['user', 'passwordFile']
    report([...path, is], `needs \`${other}\` beside it`, true, placesOf(path, other))
  }
  if (tokenFile !== undefined && user !== undefined) {
    report([...path, 'tokenFile'], 'stands for `user` and `passwordFile`: write one of them', true)
  }
  const account =
    user !== undefined && passwordFile !== undefined && accountOf({ user, passwordFile }, folder)
  return {
    ...{ kind: 'http', name, on: requestOf(raw.on), off: requestOf(raw.off) },
    ...given('status', raw.status === undefined ? undefined : statusOf(raw.status)),
    ...(account && { account }),
    ...given('tokenFile', tokenFile && resolve(folder, tokenFile)),
    pause: parseDuration(raw.pause ?? defaults.power.pause),
  }
}

function requestOf(raw: RawRequest): PowerRequest {
  if (typeof raw === 'string') return { url: raw, method: 'GET' }
  const { url, body, method = body === undefined ? 'GET' : 'POST' } = raw
  return { url, method, ...given('body', body) }
}

function statusOf(raw: RawStatus): NonNullable<HttpWay['status']> {
  if (typeof raw === 'string') return requestOf(raw)
  return { ...requestOf(raw), ...given('isOn', raw.isOn), ...given('isOff', raw.isOff) }
}

/** The ways that a host names; undefined where there is none such. */
export function hostPowerOf(
  name: string,
  raw: RawHostPowers,
  names: ReadonlySet<string>,
  report: Report,
): HostPower | undefined {
  const written: readonly (string | Exclude<RawHostPowers, readonly unknown[]>)[] = [raw].flat()
  const all = written.map(one => (typeof one === 'string' ? { by: one } : one))
  const wrong = all.flatMap(({ by }, n) => {
    if (names.has(by) || by === wakeWay.name) return []
    const at = [
      ...(Array.isArray(raw) ? [n] : []),
      ...(typeof written[n] === 'string' ? [] : ['by']),
    ]
    return [{ by, path: ['hosts', name, 'power', ...at] }]
  })
  for (const { by, path } of wrong) {
    report(path, `there is no way "${by}" in \`power\`${didYouMean(by, names)}`)
  }
  const [first, ...rest] = all
  if (wrong.length > 0 || !first) return undefined
  const otherwise = rest.map(wayIn)
  return {
    ...{ ...wayIn(first), ...given('after', first.after) },
    post: parseDuration(first.post ?? defaults.power.post),
    ...(otherwise.length > 0 && { otherwise }),
  }
}

function wayIn({
  by,
  address,
  system,
  outlet,
}: Omit<HostPowerWay, 'outlet'> & { readonly outlet?: string | number }): HostPowerWay {
  const which = { ...given('system', system), ...given('outlet', outlet?.toString()) }
  return { by, ...given('address', address), ...which }
}
