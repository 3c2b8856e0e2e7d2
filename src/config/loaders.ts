import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Arch, archs } from '../boot/arch.ts'

/** Where distributions put iPXE. */
export const systemFolders: readonly string[] = ['/usr/lib/ipxe', '/boot', '/usr/share/ipxe']

/** A loader that we can serve. */
export interface Loader {
  readonly name: string
  readonly path: string
}

/** An arch that has none, and the line that says what to do. */
export interface MissingLoader {
  readonly arch: Arch
  readonly line: string
}

/**
 * Names to look for, best first, in each folder. snponly and undionly drive the network card through
 * the firmware that has just used it, so they work on cards that iPXE has no driver for.
 */
const names: Readonly<Partial<Record<Arch, readonly string[]>>> = {
  bios: ['undionly.kpxe', 'ipxe.pxe'],
  'x64-efi': efiNames(['', 'x86_64', 'x64']),
  'ia32-efi': efiNames(['i386', 'ia32']),
  'arm64-efi': efiNames(['arm64', 'aarch64', 'aa64']),
  'arm32-efi': efiNames(['arm32', 'arm']),
  'riscv64-efi': efiNames(['riscv64']),
  'loong64-efi': efiNames(['loong64']),
}

/** What the missing line calls the file. */
const usual: Readonly<Partial<Record<Arch, string>>> = {
  bios: 'undionly.kpxe',
  'x64-efi': 'ipxe.efi',
}

/** Debian's package `ipxe` has only these. */
const packaged: readonly Arch[] = ['bios', 'x64-efi']

/** The loader of each arch: from `assets/loaders`, else from where distributions put them. */
export function findLoaders(
  assets: string,
  extraFolders: readonly string[] = systemFolders,
): { loaders: Map<Arch, Loader>; missing: MissingLoader[] } {
  const folders = [join(assets, 'loaders'), ...extraFolders]
  const loaders = new Map<Arch, Loader>()
  const missing: MissingLoader[] = []
  for (const arch of archs) {
    const wanted = names[arch]
    if (!wanted) continue
    const loader = folders.map(folder => firstIn(folder, wanted)).find(found => found)
    if (loader) loaders.set(arch, loader)
    else missing.push({ arch, line: missingLine(arch, usual[arch] ?? wanted[0] ?? '') })
  }
  return { loaders, missing }
}

/** Where a loader of this name is, which a host or profile asks for; `undefined` when it is nowhere. */
export function findLoader(
  assets: string,
  name: string,
  extraFolders: readonly string[] = systemFolders,
): Loader | undefined {
  const own = join(assets, 'loaders', name)
  if (isFile(own)) return { name, path: own }
  // The folders of the system hold more than loaders: only what is known as one is served from there.
  const isKnown = Object.values(names).some(known => known?.includes(name))
  const found = isKnown ? extraFolders.find(folder => isFile(join(folder, name))) : undefined
  return found === undefined ? undefined : { name, path: join(found, name) }
}

/** Fedora says `ipxe-snponly-x86_64.efi`, and `arm64-efi/snponly.efi` as iPXE's own builds do. */
function efiNames(suffixes: readonly string[]): string[] {
  return ['snponly', 'ipxe'].flatMap(base =>
    suffixes.flatMap(suffix => {
      if (!suffix) return [`${base}.efi`]
      return [`${base}-${suffix}.efi`, `ipxe-${base}-${suffix}.efi`, `${suffix}-efi/${base}.efi`]
    }),
  )
}

function firstIn(folder: string, wanted: readonly string[]): Loader | undefined {
  const found = wanted.find(name => isFile(join(folder, name)))
  return found === undefined ? undefined : { name: flatName(found), path: join(folder, found) }
}

/** `arm64-efi/snponly.efi` is served as `snponly-arm64.efi`: names of loaders have no folders. */
function flatName(name: string): string {
  return name.replace(/^(\w+)-efi\/(\w+)\.efi$/, '$2-$1.efi')
}

function missingLine(arch: Arch, name: string): string {
  const source = packaged.includes(arch) ? 'install the package "ipxe" or put' : 'put'
  return `${arch}: no ${name}; ${source} one into assets/loaders`
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
