import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { findKernel, installedKernels, isForClouds, type Kernel } from '../../src/system/kernels.ts'

/**
 * The kernel that the lab's machines boot: one for clouds where there is one, since Debian packs it by LZ4 and
 * not by XZ, so that an emulated processor has it running in half the time.
 */
export function newestKernel(): Kernel {
  const kernel = installedKernels().findLast(isForClouds) ?? findKernel()
  if (!kernel) throw new Error('no kernel in /boot: install linux-image-cloud-amd64')
  return kernel
}

/** Files of these modules and all they need, in the order of loading; built-in ones are left out. */
export function moduleFiles(kernel: Kernel, names: readonly string[]): string[] {
  const needs = readDependencies(kernel)
  const files = new Set<string>()
  for (const name of names) {
    const file = [...needs.keys()].find(path => plainName(path).endsWith(`/${name}.ko`))
    if (file === undefined) continue
    // modules.dep names what a module needs nearest first, so the reverse is the order of loading.
    for (const need of (needs.get(file) ?? []).toReversed()) files.add(need)
    files.add(file)
  }
  return [...files].map(file => join(kernel.modules, file))
}

/** The path of a module without how it is packed: Debian 13 has `.ko.xz`, Ubuntu `.ko.zst`. */
export function plainName(path: string): string {
  return path.replace(/\.(?:xz|zst|gz)$/, '')
}

/** The module as the kernel takes it. */
export function moduleContent(path: string): Buffer {
  const bytes = readFileSync(path)
  if (path.endsWith('.zst')) return zstdDecompressSync(bytes)
  if (path.endsWith('.gz')) return gunzipSync(bytes)
  if (!path.endsWith('.xz')) return bytes
  return execFileSync('busybox', ['xzcat', path], { maxBuffer: 64 * 1024 * 1024 })
}

function readDependencies(kernel: Kernel): Map<string, string[]> {
  const lines = readFileSync(join(kernel.modules, 'modules.dep'), 'utf8').split('\n')
  return new Map(
    lines
      .filter(line => line.includes(':'))
      .map(line => {
        const [file = '', needs = ''] = line.split(':')
        return [file, needs.split(' ').filter(need => need !== '')]
      }),
  )
}
