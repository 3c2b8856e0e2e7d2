import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { given } from '../base/given.ts'
import type { MediaFolder } from '../boot/host.ts'
import type { Media } from '../boot/media.ts'
import type { Reason } from '../boot/reason.ts'

/** The names that files of boot media may have, and how their kernel's arguments are found. */
interface Form {
  readonly initrd: readonly string[]
  readonly told: readonly string[]
  readonly read: (text: string) => string | undefined
  /** What `read` looks for. */
  readonly wanted: string
}

const forms: Readonly<Record<MediaFolder['form'], Form>> = {
  nixos: {
    initrd: ['initrd'],
    told: ['netboot.ipxe'],
    read: netbootArguments,
    wanted: 'line "kernel … init=…"',
  },
  // kexecTree of nixpkgs has kexec-boot, the tarball of nixos-images has run.
  kexec: {
    initrd: ['initrd', 'initrd.gz'],
    told: ['kexec-boot', 'run'],
    read: kexecArguments,
    wanted: '--command-line "init=…"',
  },
}

const kernels = ['bzImage', 'Image']
// Bare names are what nix-build leaves; the suffixes are of the releases of nixos-images.
const suffixes = ['', '-x86_64-linux', '-aarch64-linux']

/**
 * Finds kernel, initrd and their command line in a folder; files that are missing get their usual
 * names. A symlink such as `result` is followed once, so that all of them are of one build.
 */
export function readMedia({ form, folder }: MediaFolder): Media {
  const { initrd, told, read, wanted } = forms[form]
  const real = realFolder(folder)
  const suffix = suffixes.find(s => kernels.some(k => existsSync(join(real, k + s)))) ?? ''
  const find = (names: readonly string[]) => {
    const spelled = names.map(name => join(real, withSuffix(name, suffix)))
    return spelled.find(path => existsSync(path)) ?? spelled[0] ?? real
  }
  const files = { kernel: find(kernels), initrd: find(initrd), told: find(told) }
  const missing = Object.values(files).filter(path => !existsSync(path))
  const cmdline = missing.includes(files.told) ? '' : (readText(files.told, read) ?? '')
  const kexec = join(real, 'kexec')
  const problem: Reason | undefined =
    missing.length > 0
      ? { code: 'media-incomplete', folder, missing: missing.map(path => basename(path)) }
      : cmdline === ''
        ? { code: 'media-without-arguments', file: join(folder, basename(files.told)), wanted }
        : undefined
  return {
    ...files,
    ...(form === 'kexec' && existsSync(kexec) && { kexec }),
    cmdline,
    ...given('problem', problem),
  }
}

/**
 * The kernel arguments of a netboot.ipxe. `initrd=` is for the name that its own `initrd` line gives
 * (ours says it again), and `${cmdline}` is the place where a user's arguments would go.
 */
export function netbootArguments(script: string): string | undefined {
  for (const line of script.split(/\r?\n/)) {
    const [command, , ...words] = line.trim().split(/\s+/)
    if (command !== 'kernel' || !words.some(word => word.startsWith('init='))) continue
    return words.filter(word => !word.startsWith('initrd=') && word !== `\${cmdline}`).join(' ')
  }
  return undefined
}

/** The kernel arguments of the script of a kexecTree or kexec tarball. */
export function kexecArguments(script: string): string | undefined {
  return /--command-line[= ]["']([^"']*\binit=[^"']*)["']/.exec(script)?.[1]?.trim()
}

/** netboot.ipxe is spelled netboot-x86_64-linux.ipxe in a release. */
function withSuffix(name: string, suffix: string): string {
  return name.endsWith('.ipxe') ? name.replace('.ipxe', `${suffix}.ipxe`) : name + suffix
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

function readText(file: string, read: Form['read']): string | undefined {
  try {
    return read(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
