import type { Arch } from '../boot/arch.ts'
import type { Site } from '../boot/decide.ts'
import { firmwareDriven } from '../boot/fallback-loader.ts'
import { fitsAll } from '../boot/loaders/choice.ts'
import type { Config } from '../config/config.ts'
import { findLoader, findLoaders, findOthers, type Loader, missingLine } from '../config/loaders.ts'

/** The loaders that a config and this machine have together. */
export interface LoaderShelf {
  /** Path of each that is served, by name. */
  readonly files: ReadonlyMap<string, string>
  /** What the boot decision chooses from. */
  readonly site: Required<Pick<Site, 'loaders' | 'rules' | 'missing'>>
  /** For each loader that machines may be told to load, the name of one that can stand in for it. */
  readonly standIns: ReadonlyMap<string, string>
  /** A sentence for each arch that machines here may have and that cannot be served. */
  readonly lines: readonly string[]
}

/** Archs without a loader are worth a line where such machines are common, or named in the config. */
const usualArchs: readonly Arch[] = ['bios', 'x64-efi']

/** These bring their loader with them, and take from DHCP what it is to fetch. */
const builtIn: readonly (readonly [Arch, string])[] = [
  ['arm64-uboot', 'pxelinux.cfg/default'],
  ['arm32-uboot', 'pxelinux.cfg/default'],
  ['uboot', 'pxelinux.cfg/default'],
  ['rpi', 'bootcode.bin'],
  // What ends in a slash is no file to them, but where they look for their config.
  ['ppc64', 'pxelinux.cfg/'],
  ['s390x', 'pxelinux.cfg/'],
]

export function shelfOf(config: Config): LoaderShelf {
  const { assets, loaders: rules } = config
  const found = findLoaders(assets)
  const names = namesIn(config)
  const named = [...names].flatMap(name => findLoader(assets, name) ?? [])
  const standIns = standInsFor([...found.loaders.values(), ...named], assets)
  const files = [...standIns.values(), ...found.loaders.values(), ...findOthers(assets), ...named]
  const missing = new Set([...names].filter(name => !named.some(loader => loader.name === name)))
  const forAll = [...rules].flatMap(([arch, all]) => {
    const rule = all.find(fitsAll)
    return rule ? [[arch, rule.file] as const] : []
  })
  const usual = [...found.loaders].map(([arch, { name }]) => [arch, name] as const)
  return {
    files: new Map(files.map(({ name, path }) => [name, path])),
    site: { loaders: new Map([...builtIn, ...usual, ...forAll]), rules, missing },
    standIns: new Map([...standIns].map(([name, standIn]) => [name, standIn.name])),
    lines: linesOf(config, found.missing, new Map(forAll), missing),
  }
}

function standInsFor(loaders: readonly Loader[], assets: string): ReadonlyMap<string, Loader> {
  return new Map(
    loaders.flatMap(({ name }) => {
      const [first] = firmwareDriven(name).flatMap(other => findLoader(assets, other) ?? [])
      return first ? [[name, first] as const] : []
    }),
  )
}

/** The loaders that the config asks for by name. */
function namesIn({ hosts, profiles, loaders }: Config): ReadonlySet<string> {
  const asking = [...hosts.values(), ...profiles.values()].flatMap(({ loader }) => loader ?? [])
  return new Set([...asking, ...[...loaders.values()].flat().map(({ file }) => file)])
}

function linesOf(
  { hosts, loaders }: Config,
  unfound: ReturnType<typeof findLoaders>['missing'],
  forAll: ReadonlyMap<Arch, string>,
  missing: ReadonlySet<string>,
): string[] {
  const hostArchs = [...hosts.values()].flatMap(({ arch }) => arch ?? [])
  const archs = new Set([...usualArchs, ...hostArchs, ...loaders.keys()])
  return [...archs].flatMap(arch => {
    const file = forAll.get(arch)
    if (file !== undefined) return missing.has(file) ? [missingLine(arch, file)] : []
    return unfound.filter(one => one.arch === arch).map(({ line }) => line)
  })
}
