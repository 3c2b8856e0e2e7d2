import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a folder with the netboot files of a NixOS build says. Paths are absolute. */
export interface NetbootFolder {
  readonly kernel: string
  readonly initrd: string
  /** Arguments of its kernel line: `init=…` and kernel parameters. Empty when it is not there. */
  readonly cmdline: string
  /** What is missing or unusable, as a sentence. */
  readonly problem?: string
}

// Bare names are what nix-build leaves; the suffixes are of the releases of nixos-images.
const suffixes = ['', '-x86_64-linux', '-aarch64-linux']
const kernels = ['bzImage', 'Image']

/** Finds kernel, initrd and command line in a folder; files that are missing get their usual names. */
export function readNetbootFolder(folder: string): NetbootFolder {
  const suffix = suffixes.find(s => kernels.some(k => existsSync(join(folder, k + s)))) ?? ''
  const kernel = (kernels.find(k => existsSync(join(folder, k + suffix))) ?? 'bzImage') + suffix
  const initrd = `initrd${suffix}`
  const script = suffix ? `netboot${suffix}.ipxe` : 'netboot.ipxe'
  const missing = [kernel, initrd, script].filter(name => !existsSync(join(folder, name)))
  const cmdline = missing.includes(script) ? '' : readKernelLine(join(folder, script))
  const problem =
    missing.length > 0
      ? `${folder} has no ${missing.join(', ')}`
      : cmdline === ''
        ? `${join(folder, script)} has no line "kernel … init=…"`
        : undefined
  return {
    kernel: join(folder, kernel),
    initrd: join(folder, initrd),
    cmdline,
    ...(problem === undefined ? {} : { problem }),
  }
}

function readKernelLine(file: string): string {
  try {
    return kernelArguments(readFileSync(file, 'utf8')) ?? ''
  } catch {
    return ''
  }
}

/**
 * The kernel arguments of a netboot.ipxe. `initrd=` is for the name that its own `initrd` line gives
 * (ours says it again), and `${cmdline}` is the place where a user's arguments would go.
 */
export function kernelArguments(script: string): string | undefined {
  for (const line of script.split(/\r?\n/)) {
    const [command, , ...words] = line.trim().split(/\s+/)
    if (command !== 'kernel' || !words.some(word => word.startsWith('init='))) continue
    return words.filter(word => !word.startsWith('initrd=') && word !== `\${cmdline}`).join(' ')
  }
  return undefined
}
