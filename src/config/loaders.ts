import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Arch, archs } from '../boot/arch.ts'
import { distributedAs, newestOf, otherNames } from './distributed.ts'

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
 * Names to look for, best first. snponly and undionly drive the network card through the firmware that
 * has just used it, so they work on cards that iPXE has no driver for.
 */
const names: Readonly<Partial<Record<Arch, readonly string[]>>> = {
  bios: ['undionly.kpxe', 'ipxe.pxe'],
  'x64-efi': efiNames(['', 'x86_64', 'x64']),
  // Debian has no iPXE for these two, but GRUB.
  'ia32-efi': [...efiNames(['i386', 'ia32']), 'grubia32.efi'],
  'arm64-efi': [...efiNames(['arm64', 'aarch64', 'aa64']), 'grubaa64.efi'],
  'arm32-efi': efiNames(['arm32', 'arm']),
  'riscv64-efi': efiNames(['riscv64']),
  'loong64-efi': efiNames(['loong64']),
}

/** What the missing line calls the file. */
const usual: Readonly<Partial<Record<Arch, string>>> = {
  bios: 'undionly.kpxe',
  'x64-efi': 'ipxe.efi',
  'ia32-efi': 'grubia32.efi',
  'arm64-efi': 'grubaa64.efi',
}

/** The loader of each arch: from `assets/loaders`, else from where distributions put them below `root`. */
export function findLoaders(
  assets: string,
  root = '/',
): { loaders: Map<Arch, Loader>; missing: MissingLoader[] } {
  const loaders = new Map<Arch, Loader>()
  const missing: MissingLoader[] = []
  for (const arch of archs) {
    const wanted = names[arch]
    if (!wanted) continue
    const own = wanted.flatMap(name => ownLoader(assets, name) ?? [])[0]
    const loader = own ?? wanted.flatMap(name => systemLoader(name, root) ?? [])[0]
    if (loader) loaders.set(arch, loader)
    else missing.push({ arch, line: missingLine(arch, usual[arch] ?? wanted[0] ?? '') })
  }
  return { loaders, missing }
}

/** Where a loader of this name is, which the config asks for; `undefined` when it is nowhere. */
export function findLoader(assets: string, name: string, root = '/'): Loader | undefined {
  return ownLoader(assets, name) ?? systemLoader(name, root)
}

/**
 * All that is there for whoever asks for it: PXELINUX, shim, GRUB and what they ask for next, and every
 * file in assets/loaders. Not its symlinks, unless the config names them: they may lead anywhere.
 */
export function findOthers(assets: string, root = '/'): Loader[] {
  const others = otherNames.flatMap(name => findLoader(assets, name, root) ?? [])
  return [...others, ...ownFiles(join(assets, 'loaders'))]
}

function ownFiles(folder: string): Loader[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile())
    return entries.map(({ name }) => ({ name, path: join(folder, name) }))
  } catch {
    return []
  }
}

/** What is missing for a loader to work, itself or a file that it asks for, with what to do. */
export function lackOfLoader(assets: string, name: string, root = '/'): string | undefined {
  if (!findLoader(assets, name, root)) return `there is no ${name}; ${remedy(name)}`
  const needs = distributedAs(name)?.needs ?? []
  const absent = needs.find(need => !findLoader(assets, need, root))
  return absent === undefined ? undefined : `${name} needs ${absent}; ${remedy(absent)}`
}

/** The line of an arch that cannot be served with this loader. */
export function missingLine(arch: Arch, name: string): string {
  return `${arch}: no ${name}; ${remedy(name)}`
}

function remedy(name: string): string {
  const from = distributedAs(name)?.from
  return `${from ? `install the package "${from}" or put` : 'put'} one into assets/loaders`
}

function ownLoader(assets: string, name: string): Loader | undefined {
  const path = join(assets, 'loaders', name)
  return isFile(path) ? { name: flatName(name), path } : undefined
}

/** The folders of the system hold more than loaders: only what is known as one is served from there. */
function systemLoader(name: string, root: string): Loader | undefined {
  const paths = distributedAs(name)?.paths ?? []
  const path = paths.flatMap(pattern => newestOf(root, pattern) ?? []).find(isFile)
  return path === undefined ? undefined : { name: flatName(name), path }
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

/** `arm64-efi/snponly.efi` is served as `snponly-arm64.efi`: names of loaders have no folders. */
function flatName(name: string): string {
  return name.replace(/^(\w+)-efi\/(\w+)\.efi$/, '$2-$1.efi')
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
