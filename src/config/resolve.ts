import { dirname, join, resolve } from 'node:path'
import { given } from '../base/given.ts'
import type { Callback } from '../boot/callback.ts'
import type { Profile } from '../boot/host.ts'
import type { Subnet } from '../wire/address.ts'
import { isAddress, isBlock } from './addresses.ts'
import { resolveAgents } from './agent-profiles.ts'
import { assetsFolder } from './assets-folder.ts'
import { type Subject, subjectsOf } from './booting-hosts.ts'
import { boundsOf } from './bounds.ts'
import { resolveCallbacks } from './callbacks.ts'
import { checkCommandLines } from './check/command-lines.ts'
import { checkConsoles } from './check/consoles.ts'
import { checkCredentials } from './check/credentials.ts'
import { checkDoors } from './check/doors.ts'
import { checkFiles } from './check/files.ts'
import { checkLoaders } from './check/loaders.ts'
import type { Mistake, Report } from './check/mistake.ts'
import { checkPower } from './check/power.ts'
import { checkTemplates } from './check/templates.ts'
import type { PlacedChecksum } from './checksums.ts'
import type { Config } from './config.ts'
import { resolveConsoles } from './consoles.ts'
import { defaults } from './defaults.ts'
import { type ResolvedHost, resolveHosts } from './hosts.ts'
import { checkLoaderRules, resolveLoaderRules } from './loader-rules.ts'
import { resolveNetworks } from './networks.ts'
import { resolvePower } from './power.ts'
import { type ProfileContext, type ResolvedProfile, resolveProfiles } from './profiles.ts'
import { checkProxy, resolveProxy } from './proxy.ts'
import type { RawConfig } from './schema/config.ts'
import { httpBounds, tftpBounds } from './schema/doors.ts'
import { checkTls, resolveTls } from './tls.ts'
import { resolveTokens } from './tokens.ts'
import { resolveUnknownHosts } from './unknown-hosts.ts'

/** The names that a file gives to things, also to broken ones. */
export interface ConfigNames {
  readonly profiles: ReadonlySet<string>
  readonly callbacks: ReadonlySet<string>
  readonly networks: ReadonlySet<string>
  readonly power: ReadonlySet<string>
  readonly consoles: ReadonlySet<string>
  /** Where networks may lie whose subnet cannot be read: an address there is not judged. */
  readonly vague: ReadonlyMap<string, Subnet>
}

interface Checkable {
  readonly subjects: readonly Subject[]
  readonly profiles: readonly ResolvedProfile[]
  readonly callbacks: readonly Callback[]
  readonly httpPort: number
}

/** All but what needs to know where things are written. */
export type FlatConfig = Omit<Config, 'checksums'>

/** Flattens a config of the right shape, and finds what its parts make of each other. */
export function resolveConfig(
  raw: Partial<RawConfig>,
  file: string,
  names: ConfigNames,
): { config: FlatConfig; mistakes: Mistake[]; checksums: PlacedChecksum[] } {
  const mistakes: Mistake[] = []
  const report: Report = (path, message, atKey = false, also = []) => {
    mistakes.push({ severity: 'error', path, message, atKey, also })
  }
  const folder = dirname(resolve(file))
  checkProxy(raw.proxy, ['proxy'], report)
  const networks = resolveNetworks(raw.networks ?? {}, report)
  const callbacks = resolveCallbacks(raw.callbacks ?? {}, folder, report)
  const around: ProfileContext = {
    folder,
    assets: assetsFolder(folder, raw.assets),
    callbacks,
    profileNames: names.profiles,
    callbackNames: names.callbacks,
    networkNames: names.networks,
    powerNames: names.power,
    ...given('proxy', resolveProxy(raw.proxy, undefined)),
    consoleNames: names.consoles,
    vague: names.vague,
    media: new Map(),
    checksums: new Map(),
    report,
  }
  const profiles = resolveProfiles(raw.profiles ?? {}, around)
  const { hosts, hostByMac } = resolveHosts(raw.hosts ?? {}, networks, profiles, around)
  const unknown = resolveUnknownHosts(raw.unknownHosts, profiles, around)
  const config: FlatConfig = {
    ...settingsOf(raw, file, folder, report),
    networks,
    loaders: resolveLoaderRules(raw.loaders ?? {}, report),
    ...given('unknownHosts', unknown.unknownHosts),
    ...resolveAgents(around),
    profiles: bootable(profiles),
    hosts: new Map([...hosts].map(([name, { host }]) => [name, host])),
    hostByMac,
    power: resolvePower(raw.power ?? {}, folder, report),
    consoles: resolveConsoles(raw.consoles ?? {}, folder, report),
  }
  const subjects = [...subjectsOf(hosts.values()), ...unknown.subjects]
  const httpPort = config.http.port
  const all = {
    folder,
    httpPort,
    networks,
    callbacks: [...callbacks.values()],
    profiles: [...profiles.values()],
    subjects,
  }
  const late = [...lateMistakes(config, all, hosts), ...unknown.lacks]
  const checksums = [...around.checksums.values()]
  return { config, mistakes: [...mistakes, ...checkTemplates(all), ...late], checksums }
}

/** What is wrong with what the parts name: files, loaders, ways to power and consoles. */
function lateMistakes(
  { loaders, assets, http, power, consoles, hosts: known }: FlatConfig,
  { subjects, profiles, callbacks, httpPort }: Checkable,
  hosts: ReadonlyMap<string, ResolvedHost>,
): Mistake[] {
  return [
    ...checkFiles(profiles, subjectsOf(hosts.values())),
    ...checkLoaders(profiles, hosts.values(), assets),
    ...checkLoaderRules(loaders, assets),
    ...checkDoors(subjects, loaders),
    ...checkCommandLines(subjects, { loaders, assets, httpPort }),
    ...checkTls(http.tls),
    ...checkPower({ power, hosts: known }),
    ...checkConsoles({ consoles, hosts: known }),
    ...checkCredentials(callbacks, [...profiles, ...subjects.map(s => s.resolved)]),
  ]
}

function settingsOf(raw: Partial<RawConfig>, file: string, folder: string, report: Report) {
  const dataDir = resolve(folder, raw.dataDir ?? defaults.dataDir)
  const { http = {}, tftp = {}, dhcp = {}, admin = {} } = raw
  const listen = typeof http.address === 'string' ? [http.address] : http.address
  for (const [i, text] of (listen ?? []).entries()) {
    const path = Array.isArray(http.address) ? ['http', 'address', i] : ['http', 'address']
    if (!isAddress(text)) report(path, `"${text}" is not an address; write it like 0.0.0.0 or "::"`)
  }
  for (const [i, text] of (admin.allow ?? []).entries()) {
    if (isBlock(text)) continue
    report(
      ['admin', 'allow', i],
      `"${text}" is not a subnet; write it like 10.0.0.0/8 or "::1/128"`,
    )
  }
  return {
    file: resolve(file),
    dataDir,
    ...given('store', raw.store && { urlFile: resolve(folder, raw.store.postgres.urlFile) }),
    assets: assetsFolder(folder, raw.assets),
    assetRoots: (raw.assetRoots ?? defaults.assetRoots).map(path => resolve(folder, path)),
    http: {
      port: http.port ?? defaults.httpPort,
      ...given('address', listen),
      ...httpBounds(http),
      ...given('tls', http.tls && resolveTls(http.tls, http.port, folder, report)),
    },
    tftp: { port: tftp.port ?? defaults.tftpPort, ...tftpBounds(tftp) },
    dhcp: {
      port: dhcp.port ?? defaults.dhcpPort,
      proxyPort: dhcp.proxyPort ?? defaults.proxyPort,
      port6: dhcp.port6 ?? defaults.dhcp6Port,
    },
    admin: {
      tokenFile: admin.tokenFile ? resolve(folder, admin.tokenFile) : join(dataDir, 'admin-token'),
      allow: admin.allow ?? [...defaults.adminAllow],
      hosts: admin.hosts ?? [],
      tokens: resolveTokens(admin.tokens ?? [], folder, report),
    },
    ...given('syslog', raw.syslog && { port: raw.syslog.port ?? defaults.syslogPort }),
    loaderFallback: raw.loaders?.fallback ?? defaults.loaderFallback,
    ...given('proxy', resolveProxy(raw.proxy, undefined)),
    mirror: raw.mirror ?? {},
    ...boundsOf(raw),
  }
}

function bootable(profiles: ReadonlyMap<string, ResolvedProfile>): Map<string, Profile> {
  return new Map([...profiles].flatMap(([name, { profile }]) => (profile ? [[name, profile]] : [])))
}
