import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import { didYouMean } from '../base/nearest.ts'
import { parseDuration } from '../base/units.ts'
import type { Callback } from '../boot/callback.ts'
import type { MediaFolder, Profile } from '../boot/host.ts'
import type { Media } from '../boot/media.ts'
import type { HttpProxy } from '../boot/proxy.ts'
import type { Subnet } from '../wire/address.ts'
import { agentConsoles } from './agent.ts'
import { checkKind, filesToBoot } from './boot-kinds.ts'
import { type Path, placesOf, type Report } from './check/mistake.ts'
import { type PlacedChecksum, resolveChecksums } from './checksums.ts'
import { defaults } from './defaults.ts'
import { addLayer, bootKeys, checkLayer, type Layers, noLayers } from './inheritance.ts'
import { resolveSsh } from './login.ts'
import { readMedia } from './media.ts'
import { checkOptions, resolveOptions } from './options.ts'
import { resolveProxy } from './proxy.ts'
import type { RawProfile } from './schema/profile.ts'

/** What resolving needs to know beside the profile itself. */
export interface ProfileContext {
  /** Folder of the config file. */
  readonly folder: string
  readonly assets: string
  readonly callbacks: ReadonlyMap<string, Callback>
  /** Every name that the file gives to something, also to what is broken. */
  readonly profileNames: ReadonlySet<string>
  readonly callbackNames: ReadonlySet<string>
  readonly networkNames: ReadonlySet<string>
  readonly powerNames: ReadonlySet<string>
  /** That of the whole config. */
  readonly proxy?: HttpProxy
  readonly consoleNames: ReadonlySet<string>
  /** Where networks may lie whose subnet cannot be read. */
  readonly vague: ReadonlyMap<string, Subnet>
  /** Folders of boot media that were read, each once per load. */
  readonly media: Map<string, Media>
  /** Each checksum that was resolved, by its place in the config. */
  readonly checksums: Map<string, PlacedChecksum>
  readonly report: Report
}

/** A profile together with what only the load needs. */
export interface ResolvedProfile {
  readonly name: string
  readonly layers: Layers
  /** Undefined for one that says nothing to boot, and exists to be extended. */
  readonly profile?: Profile
  /** Vars that each host must give. */
  readonly required: readonly string[]
  /** What its boot media said, where it has such a folder. */
  readonly media?: Media
}

/** For a profile that is only there to be extended, and is used. */
export const nothingToBoot =
  'says nothing to boot, and is used as if it did; it needs a `kernel`, `nixos`, `kexec`, `efi`, `iso`, `wim`, `image` or `erase`'

/** Reports at a profile that somebody uses it and there is nothing to boot. */
export function sayNothingToBoot(name: string, report: Report): void {
  const own: Path = ['profiles', name]
  report(own, nothingToBoot, false, placesOf(own, ...bootKeys, 'extends'))
}

/** Of media that come as a folder. */
const noAgent: Pick<Profile, 'kind' | 'image' | 'erase'> = {}

/** Zeros from end to end of a large disk take days. */
const eraseTimeout = '72h'

/** Every profile with what it extends. */
export function resolveProfiles(
  raw: Readonly<Record<string, RawProfile>>,
  around: ProfileContext,
): Map<string, ResolvedProfile> {
  const known = new Map(Object.entries(raw))
  const done = new Map<string, Layers>()
  const resolved = new Map<string, ResolvedProfile>()
  for (const [name, profile] of known) {
    checkLayer(profile, ['profiles', name], around.report)
    checkOptions(profile.options ?? {}, ['profiles', name, 'options'], 'host', around.report)
    checkCallbacks(profile, ['profiles', name], around)
    const layers = layersOf(name, known, done, [], around)
    resolved.set(name, resolveProfile(name, layers, around))
  }
  return resolved
}

/** Makes a profile of its layers; they may end with a host's. */
export function resolveProfile(
  name: string,
  layers: Layers,
  around: ProfileContext,
): ResolvedProfile {
  const { keys } = layers
  const required = Object.entries(keys.vars ?? {}).flatMap(([k, v]) => (v === 'required' ? k : []))
  const base = { name, layers, required }
  const folder = mediaFolderOf(keys, around.assets)
  const media = folder && mediaOf(folder, around)
  const booted = media
    ? { kernel: media.kernel, initrd: [media.initrd] }
    : filesToBoot(keys, around)
  if (!booted) return base
  const { image, erase, kind } = { ...noAgent, ...booted }
  const agents = image ? 'image' : erase ? 'erase' : undefined
  checkKind(layers, folder?.form ?? agents ?? kind, around.report)
  const own = layers.cmdline.map(piece => piece.text)
  const profile: Profile = {
    name,
    ...booted,
    ...given('media', folder),
    ...given('checksums', resolveChecksums(layers, { folder, ...booted }, around)),
    cmdline: [...(agents ? [`${agentConsoles} agent=${agents}`] : []), ...own].join(' '),
    ...lifeOf(layers, around, erase ? eraseTimeout : defaults.profile.timeout),
    ...bootSettingsIn(keys),
    ...given('proxy', resolveProxy(keys.proxy, around.proxy)),
    ...filesOf({ ...keys.files, ...(image && keys.seed) }, around.folder),
    vars: keys.vars ?? {},
  }
  return { ...base, profile, ...given('media', media) }
}

/** The boot settings and options of a profile or host. */
export function bootSettingsIn(keys: Pick<RawProfile, 'loader' | 'localBoot' | 'options'>) {
  return {
    ...given('loader', keys.loader),
    ...given('localBoot', keys.localBoot),
    ...given('options', keys.options && resolveOptions(keys.options)),
  }
}

/** What is wrong with the callbacks that a layer names. */
export function checkCallbacks(raw: RawProfile, path: Path, around: ProfileContext): void {
  const { callbackNames, report } = around
  const check = (name: string, at: Path) => {
    if (callbackNames.has(name)) return
    report(at, `there is no callback "${name}"${didYouMean(name, callbackNames)}`)
  }
  if (raw.deploy !== undefined) check(raw.deploy, [...path, 'deploy'])
  for (const [i, name] of (raw.callbacks ?? []).entries()) {
    check(name, [...path, 'callbacks', i])
    const kind = around.callbacks.get(name)?.kind
    if (kind !== 'ssh' && kind !== 'nixosAnywhere') continue
    report([...path, 'callbacks', i], `"${name}" installs (\`${kind}\`): write it as \`deploy\``)
  }
}

function lifeOf(layers: Layers, around: ProfileContext, timeout: string) {
  const d = defaults.profile
  const { keys, from } = layers
  // What is chosen from is said by its host.
  const boot = keys.boot === undefined || keys.boot === 'menu' ? d.boot : keys.boot
  const deploy = boot === 'install' ? keys.deploy : undefined
  const twice = deploy === undefined ? -1 : (keys.callbacks ?? []).indexOf(deploy)
  if (twice >= 0) {
    around.report(
      [...(from.get('callbacks') ?? []), twice],
      `"${deploy}" is what installs (\`deploy\`); it cannot report too`,
    )
  }
  const installer = deploy === undefined ? undefined : around.callbacks.get(deploy)
  const up = boot === 'install' ? keys.verify?.up : undefined
  return {
    boot,
    ask: boot === 'always' ? 'never' : (keys.ask ?? d.ask),
    phoneHome: keys.phoneHome ?? d.phoneHome,
    ...(boot === 'install' ? resolveSsh(layers, installer, around.folder, around.report) : {}),
    ...given('deploy', installer),
    callbacks: (keys.callbacks ?? []).flatMap(name => around.callbacks.get(name) ?? []),
    attempts: keys.attempts ?? d.attempts,
    expires: parseDuration(keys.expires ?? d.expires),
    bootTimeout: parseDuration(keys.bootTimeout ?? d.bootTimeout),
    timeout: parseDuration(keys.timeout ?? timeout),
    ...given('verifyUp', up === undefined ? undefined : parseDuration(up)),
  } as const
}

function layersOf(
  name: string,
  known: ReadonlyMap<string, RawProfile>,
  done: Map<string, Layers>,
  above: readonly string[],
  around: ProfileContext,
): Layers {
  const cached = done.get(name)
  if (cached) return cached
  const raw = known.get(name) ?? {}
  const below = raw.extends === undefined ? noLayers : baseOf(name, raw.extends)
  const layers = addLayer(below, raw, ['profiles', name])
  done.set(name, layers)
  return layers

  function baseOf(child: string, base: string): Layers {
    const path = ['profiles', child, 'extends']
    if ([...above, child].includes(base)) {
      const circle = [...above.slice(above.indexOf(base) + 1), child, base]
      around.report(path, `goes in a circle: ${[base, ...new Set(circle)].join(' extends ')}`)
      return noLayers
    }
    if (!around.profileNames.has(base)) {
      const others = [...around.profileNames].filter(known => known !== child)
      around.report(path, `there is no profile "${base}"${didYouMean(base, others)}`)
      return noLayers
    }
    return layersOf(base, known, done, [...above, child], around)
  }
}

function mediaFolderOf(keys: Layers['keys'], assets: string): MediaFolder | undefined {
  if (keys.nixos !== undefined) return { form: 'nixos', folder: resolve(assets, keys.nixos) }
  if (keys.kexec !== undefined) return { form: 'kexec', folder: resolve(assets, keys.kexec) }
  return undefined
}

function mediaOf(folder: MediaFolder, around: ProfileContext): Media {
  const key = `${folder.form} ${folder.folder}`
  const found = around.media.get(key) ?? readMedia(folder)
  around.media.set(key, found)
  return found
}

/** An answer file is the path of its template, or that and what else is said of it. */
function filesOf(files: NonNullable<Layers['keys']['files']>, folder: string) {
  const entries = Object.entries(files).map(([name, file]) =>
    typeof file === 'string' ? { name, template: file, burn: false } : { name, ...file },
  )
  const burn = entries.flatMap(({ name, burn }) => (burn ? name : []))
  return {
    files: Object.fromEntries(
      entries.map(({ name, template }) => [name, resolve(folder, template)]),
    ),
    ...given('burn', burn.length > 0 ? burn : undefined),
  }
}
