import { given } from '../base/given.ts'
import { didYouMean } from '../base/nearest.ts'

import type { FoundBy, Host, Nic, Vars } from '../boot/host.ts'
import { parseIpv4, parseMac } from '../wire/address.ts'
import { parseIpv6 } from '../wire/ipv6.ts'
import { type Path, placesOf } from './check/mistake.ts'
import type { NetworkSettings } from './config.ts'
import { hostConsoleOf } from './consoles.ts'
import { addLayer, checkLayer, noLayers, overridesOf } from './inheritance.ts'
import { runningOf } from './login.ts'
import { menuOf } from './menus.ts'
import { checkReservations6 } from './networks6.ts'
import { checkOptions } from './options.ts'
import { hostPowerOf } from './power.ts'
import {
  bootSettingsIn,
  checkCallbacks,
  type ProfileContext,
  type ResolvedProfile,
  resolveProfile,
  sayNothingToBoot,
} from './profiles.ts'
import { checkHosts, checkReservation } from './reservations.ts'
import type { RawHost, RawNic } from './schema/host.ts'

/** A host with what its profile was made of. */
export interface ResolvedHost {
  readonly host: Host
  readonly resolved?: ResolvedProfile
}

/** Every host with its own profile, and the look-up by any of its MACs. */
export function resolveHosts(
  raw: Readonly<Record<string, RawHost>>,
  networks: readonly NetworkSettings[],
  profiles: ReadonlyMap<string, ResolvedProfile>,
  around: ProfileContext,
) {
  const known = new Map(Object.entries(raw))
  const resolved = new Map<string, ResolvedHost>()
  for (const [name, host] of known) {
    const profile = profileOf(name, host, profiles, around)
    resolved.set(name, resolveHost(name, host, profile, profiles, around))
  }
  const pathOf = (host: Host, nic: number) => nicPath(host.name, known.get(host.name), nic)
  const hosts = [...resolved.values()].map(({ host }) => host)
  const places = { networks, vague: around.vague }
  const byMac = checkHosts(hosts, places, pathOf, around.report)
  checkReservations6(hosts, networks, pathOf, around.report)
  for (const [name, host] of known) {
    const { mac, address } = host
    const isLost = mac === undefined && !isFoundOtherwise(host)
    const reserved = isLost && address !== undefined && parseIpv4(address)
    // Its MAC is missing or broken, which does not make its address right.
    if (reserved) checkReservation({}, reserved, ['hosts', name, 'address'], places, around.report)
  }
  return { hosts: resolved, hostByMac: byMac }
}

function resolveHost(
  name: string,
  raw: RawHost,
  resolved: ResolvedProfile | undefined,
  profiles: ReadonlyMap<string, ResolvedProfile>,
  around: ProfileContext,
): ResolvedHost {
  const nics = nicsOf(name, raw, around)
  const power = raw.power && hostPowerOf(name, raw.power, around.powerNames, around.report)
  const vars = raw.vars ?? {}
  checkVars(name, vars, resolved, around)
  const profile = resolved?.profile && withVars(resolved.profile, vars)
  const host: Host = {
    name,
    nics,
    ...given('foundBy', foundByOf(name, raw, around)),
    ...given('uuid', raw.uuid?.toLowerCase()),
    tags: raw.tags ?? [],
    vars,
    ...given('profile', profile),
    ...bootSettingsIn(raw),
    ...given('arch', raw.arch),
    ...given('uefi', raw.uefi),
    ...given('tftpBlockSize', raw.tftpBlockSize),
    ...given('wake', raw.wake || undefined),
    ...given('power', power),
    ...given(
      'console',
      raw.console && hostConsoleOf(name, raw.console, power, around.consoleNames, around.report),
    ),
    ...given('running', raw.running && runningOf(raw.running, around.folder)),
    ...given('menu', resolved && menuOf(resolved, profiles, around)),
  }
  checkOptions(raw.options ?? {}, ['hosts', name, 'options'], 'host', around.report)
  return { host, ...given('resolved', resolved) }
}

function profileOf(
  name: string,
  raw: RawHost,
  profiles: ReadonlyMap<string, ResolvedProfile>,
  around: ProfileContext,
): ResolvedProfile | undefined {
  const path = ['hosts', name]
  const overrides = overridesOf(raw)
  const keys = Object.keys(overrides)
  if (raw.profile === undefined && raw.boot === 'menu') return override(undefined)
  if (raw.profile === undefined) {
    for (const key of keys) {
      const also = placesOf(path, 'profile')
      around.report([...path, key], 'has no meaning without a `profile`', true, also)
    }
    return undefined
  }
  const own = profiles.get(raw.profile)
  if (!own) {
    if (around.profileNames.has(raw.profile)) return undefined
    const hint = didYouMean(raw.profile, around.profileNames)
    around.report([...path, 'profile'], `there is no profile "${raw.profile}"${hint}`)
    return undefined
  }
  const resolved = keys.length === 0 ? own : override(own)
  // Said once at the profile, where it is put right, and not at each of its hosts.
  const isMenu = resolved.layers.keys.boot === 'menu'
  if (!resolved.profile && !isMenu) sayNothingToBoot(raw.profile, around.report)
  return resolved

  function override(own: ResolvedProfile | undefined): ResolvedProfile {
    checkLayer(overrides, path, around.report)
    checkCallbacks(overrides, path, around)
    const layers = addLayer(own?.layers ?? noLayers, overrides, path)
    return resolveProfile(raw.profile ?? name, layers, around)
  }
}

function nicsOf(name: string, raw: RawHost, around: ProfileContext): Nic[] {
  const path = ['hosts', name]
  for (const key of ['address', 'address6'] as const) {
    if (raw.mac !== undefined || raw[key] === undefined) continue
    if (key === 'address' && isFoundOtherwise(raw)) continue
    const message = 'belongs to `mac`; with `nics` write it there'
    around.report([...path, key], message, true, placesOf(path, 'mac'))
  }
  const reserved = { ...given('address', raw.address), ...given('address6', raw.address6) }
  const own: RawNic[] = raw.mac === undefined ? [] : [{ mac: raw.mac, ...reserved }]
  const all = [...own, ...(raw.nics ?? [])]
  if (all.length === 0 && !isFoundOtherwise(raw)) {
    const also = placesOf(path, 'mac', 'nics', ...traitNames)
    const message =
      'needs a `mac`, such as 52:54:00:12:34:56, or a `uuid`, `serial` or `port` to be found by'
    around.report(path, message, false, also)
  }
  return all.flatMap((nic, i) => {
    const mac = parseMac(nic.mac)
    if (!mac) return []
    const { network } = nic
    if (network !== undefined && !around.networkNames.has(network)) {
      const hint = didYouMean(network, around.networkNames)
      around.report(
        [...nicPath(name, raw, i), 'network'],
        `there is no network "${network}"${hint}`,
      )
    }
    const address = nic.address === undefined ? undefined : parseIpv4(nic.address)
    const address6 = nic.address6 === undefined ? undefined : parseIpv6(nic.address6)
    if (nic.address6 !== undefined && address6 === undefined) {
      const message = `"${nic.address6}" is not an IPv6 address; write it like fd00:77::20`
      around.report([...nicPath(name, raw, i), 'address6'], message)
    }
    const addresses = { ...given('address', address), ...given('address6', address6) }
    return [{ mac, ...addresses, ...given('network', network) }]
  })
}

/** By what a host is found that has neither `mac` nor `nics`. */
function foundByOf(name: string, raw: RawHost, around: ProfileContext): FoundBy | undefined {
  const { uuid, serial, port, address } = raw
  if (!isFoundOtherwise(raw)) {
    for (const key of ['serial', 'port'] as const) {
      if (raw[key] === undefined || !hasCards(raw)) continue
      const message = 'has no meaning beside `mac` or `nics`, by which the machine is found'
      around.report(['hosts', name, key], message, true, placesOf(['hosts', name], 'mac', 'nics'))
    }
    return undefined
  }
  const card = given('address', address === undefined ? undefined : parseIpv4(address))
  const traits = { ...given('serial', serial), ...given('port', port) }
  return { ...given('uuid', uuid?.toLowerCase()), ...traits, card }
}

const traitNames = ['uuid', 'serial', 'port'] as const

function isFoundOtherwise(raw: RawHost): boolean {
  return !hasCards(raw) && traitNames.some(key => raw[key] !== undefined)
}

function hasCards({ mac, nics }: RawHost): boolean {
  return mac !== undefined || nics !== undefined
}

/** Where the n-th NIC is written: `mac` of the host comes first, then `nics`. */
function nicPath(name: string, raw: RawHost | undefined, nic: number): Path {
  const index = raw?.mac === undefined ? nic : nic - 1
  return index < 0 ? ['hosts', name] : ['hosts', name, 'nics', index]
}

function checkVars(
  name: string,
  vars: Vars,
  resolved: ResolvedProfile | undefined,
  around: ProfileContext,
): void {
  for (const [key, value] of Object.entries(vars)) {
    if (value !== 'required') continue
    around.report(
      ['hosts', name, 'vars', key],
      '`required` is for profiles; a host gives the value',
    )
  }
  const missing = (resolved?.required ?? []).filter(key => !Object.hasOwn(vars, key))
  for (const key of missing) {
    const message = `is missing; profile ${resolved?.name} requires it`
    around.report(['hosts', name, 'vars', key], message)
  }
}

function withVars<P extends { readonly vars: Vars }>(profile: P, vars: Vars): P {
  return Object.keys(vars).length === 0
    ? profile
    : { ...profile, vars: { ...profile.vars, ...vars } }
}
