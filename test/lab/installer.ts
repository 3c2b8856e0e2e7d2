import { readFileSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type CpioEntry, cpio } from '../../src/install/ssh/cpio.ts'
import type { Kernel } from '../../src/system/kernels.ts'
import { moduleContent, moduleFiles, plainName } from './kernel.ts'

/** Drivers of every machine that the lab can emulate. */
const drivers = ['virtio_pci', 'virtio_net', 'virtio_blk', 'virtio-rng', 'e1000', 'ahci', 'sd_mod']
const folders = ['bin', 'dev', 'modules', 'proc', 'sys', 'tmp']

/** What another initrd has besides. */
export interface More {
  /** Names of modules. */
  readonly drivers: readonly string[]
  readonly entries: readonly CpioEntry[]
  /** Of the kernel's architecture; this system's, where nothing is said. */
  readonly busybox?: string
}

/**
 * Writes the initrd of the lab: busybox, the kernel's drivers and `init.sh`, which is both the
 * installer and the system that it leaves on the disk.
 */
export function writeInitrd(
  kernel: Kernel,
  file: string,
  more: More = { drivers: [], entries: [] },
): void {
  writeFileSync(file, gzipSync(cpio(entries(kernel, more)), { level: 6 }))
}

function entries(kernel: Kernel, more: More): CpioEntry[] {
  const modules = moduleFiles(kernel, [...drivers, ...more.drivers])
  const order = modules.map(path => `${basename(plainName(path))}\n`).join('')
  return [
    ...folders.map(path => ({ path, mode: 0o40755 })),
    { path: 'dev/console', mode: 0o20600, device: [5, 1] },
    { path: 'dev/null', mode: 0o20666, device: [1, 3] },
    program('bin/busybox', readFileSync(more.busybox ?? '/bin/busybox')),
    program('init', readFileSync(new URL('init.sh', import.meta.url))),
    program('udhcpc.sh', readFileSync(new URL('udhcpc.sh', import.meta.url))),
    { path: 'modules/order', mode: 0o100644, content: Buffer.from(order) },
    ...modules.map(path => program(`modules/${basename(plainName(path))}`, moduleContent(path))),
    ...more.entries,
  ]
}

/** A file that can be run. */
export function program(path: string, content: Uint8Array): CpioEntry {
  return { path, mode: 0o100755, content }
}
