import { basename, resolve } from 'node:path'
import type { Profile } from '../boot/host.ts'
import type { Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import type { Layers, ProfileKeys } from './inheritance.ts'

/** What a profile boots that has no folder of boot media; undefined where it says nothing to boot. */
export function filesToBoot(
  { kernel, initrd, efi, iso, wim }: ProfileKeys,
  { assets }: { readonly assets: string },
): Pick<Profile, 'kind' | 'kernel' | 'initrd'> | undefined {
  const at = (path: string) => resolve(assets, path)
  if (efi !== undefined) return { kind: 'efi', kernel: at(efi), initrd: [] }
  if (iso !== undefined) return { kind: 'iso', kernel: at(iso), initrd: [] }
  if (wim !== undefined) {
    const { wimboot = defaults.profile.wimboot, files } = wim
    return { kind: 'wim', kernel: at(wimboot), initrd: files.map(at) }
  }
  if (kernel === undefined) return undefined
  const initrds = typeof initrd === 'string' ? [initrd] : (initrd ?? [])
  return { kernel: at(kernel), initrd: initrds.map(at) }
}

/** What does not go together with what is booted: a folder of boot media, or something that is no Linux. */
export function checkKind(
  { keys, from }: Layers,
  kind: 'nixos' | 'kexec' | Profile['kind'],
  report: Report,
): void {
  if (kind === undefined) return
  if (keys.initrd !== undefined) {
    const why = `\`${kind}\` ${kind === 'nixos' || kind === 'kexec' ? 'brings its own initrd' : 'takes no initrd'}`
    report(from.get('initrd') ?? [], why, true)
  }
  if (kind === 'nixos' || kind === 'kexec') return
  if (keys.login === 'key') {
    report(from.get('login') ?? [], `key is given by one more initrd, and \`${kind}\` takes none`)
  }
  if (kind === 'iso' && (keys.boot ?? defaults.profile.boot) === 'install') {
    const why = 'cannot be told where to phone home, so its install would never end'
    report(from.get('iso') ?? [], `${why}; write \`boot: once\` or \`boot: always\``, true)
  }
  if (kind === 'wim') checkNames(keys.wim?.files ?? [], from.get('wim') ?? [], report)
}

/** wimboot tells its files apart by name, and its own command line by blanks. */
function checkNames(
  files: readonly string[],
  path: readonly (string | number)[],
  report: Report,
): void {
  const seen = new Set<string>()
  for (const [i, file] of files.entries()) {
    const name = basename(file).toLowerCase()
    const at = [...path, 'files', i]
    if (!/^[\w.-]+$/.test(name)) {
      report(at, `"${basename(file)}" has letters that Windows PE is not told; rename the file`)
    }
    if (seen.has(name))
      report(at, `there is another ${name} here; names are told apart without case`)
    seen.add(name)
  }
  if (![...seen].some(name => name.endsWith('.wim'))) {
    report([...path, 'files'], 'names no .wim, such as boot.wim')
  }
}
