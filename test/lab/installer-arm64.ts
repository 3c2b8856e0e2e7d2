import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type CpioEntry, cpio } from '../../src/install/ssh/cpio.ts'
import { run } from './command.ts'

const tree = '/usr/lib/debian-installer/images/12/arm64/text/debian-installer/arm64'
const libraries = 'lib/aarch64-linux-gnu'

/** What a network card of QEMU needs, in the order of loading. */
const drivers = [
  'failover',
  'net_failover',
  'virtio_pci_legacy_dev',
  'virtio_pci_modern_dev',
  'virtio_pci',
  'virtio_net',
]

/** The kernel of Debian's installer for ARM. */
export const arm64Kernel = `${tree}/linux`

/**
 * Writes a small initrd for it: busybox, its libraries and a network driver, all taken out of Debian's
 * own initrd, which is 40 MB and slow to unpack in emulation; and `init-arm64.sh`. `work` is a folder for parts.
 */
export async function writeArm64Initrd(file: string, work: string): Promise<void> {
  const parts = join(work, 'arm64')
  mkdirSync(parts, { recursive: true })
  const wanted = ['bin/busybox', `${libraries}/*`, ...drivers.map(name => `*/${name}.ko`)]
  const unpack = ['busybox', 'cpio', '-idm', ...wanted].map(word => `'${word}'`).join(' ')
  await run(['sh', '-c', `cd '${parts}' && zcat '${tree}/initrd.gz' | ${unpack} 2> /dev/null`])
  writeFileSync(file, gzipSync(cpio(entries(parts)), { level: 6 }))
}

function entries(parts: string): CpioEntry[] {
  const library = (name: string) => program(`${libraries}/${name}`, join(parts, libraries, name))
  const modules = drivers.flatMap(name => globSync(`${parts}/**/${name}.ko`))
  const order = modules.map(path => `${basename(path)}\n`).join('')
  const loader = 'ld-linux-aarch64.so.1'
  const folders = ['bin', 'dev', 'lib', libraries, 'modules', 'proc', 'sys', 'tmp']
  return [
    ...folders.map(path => ({ path, mode: 0o40755 })),
    { path: 'dev/console', mode: 0o20600, device: [5, 1] },
    program('bin/busybox', join(parts, 'bin/busybox')),
    ...['libc.so.6', 'libresolv.so.2', loader].map(library),
    program(`lib/${loader}`, join(parts, libraries, loader)),
    program('init', new URL('init-arm64.sh', import.meta.url)),
    program('udhcpc.sh', new URL('udhcpc.sh', import.meta.url)),
    { path: 'modules/order', mode: 0o100644, content: Buffer.from(order) },
    ...modules.map(path => program(`modules/${basename(path)}`, path)),
  ]
}

function program(path: string, source: string | URL): CpioEntry {
  return { path, mode: 0o100755, content: readFileSync(source) }
}
