import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ReadMedia } from '../boot/media.ts'
import type { Image } from './images.ts'
import { type CopyProgress, ImportError, importImage } from './import-image.ts'
import { findKernel, type Kernel } from './kernels.ts'
import { outputOf } from './output-of.ts'
import { version } from './version.ts'

/** The folder of the agent's scripts, and of what its initrd is built with. */
const scripts = fileURLToPath(new URL('../agent/', import.meta.url))

/** Debian's packages that it is made of, besides the kernel's. */
const wanted = [
  'initramfs-tools-core',
  'busybox-static',
  'zstd',
  'fdisk',
  'mtools',
  'efibootmgr',
] as const

/** Those that are taken along where they are installed: they erase disks, see what is free on them, ask for health, hear switches. */
const helpful = [
  'nvme-cli',
  'hdparm',
  'e2fsprogs',
  'partclone',
  'xfsprogs',
  'smartmontools',
  'tcpdump',
] as const

/** What a machine boots, and what is added to that where its disk is to be written. */
const parts = ['linux', 'initrd', 'writer'] as const

/** Machines fetch it over the slowest link that there is. */
const mostBytes = 60e6
const patience = 15 * 60 * 1000

/** What the agent is built from, and where to. */
export interface AgentOrder {
  /** The `images` folder of the assets. */
  readonly images: string
  readonly name: string
  readonly arch: string
  /** What stands for `mkinitramfs` where that is not meant. */
  readonly program?: readonly [string, ...string[]]
  readonly show: CopyProgress
}

/** How processors are called by Debian, which `--arch` takes. */
export function debianArch(arch: string = process.arch): string {
  return arch === 'x64' ? 'amd64' : arch
}

/** Debian packages that are missing here; empty where the agent can be built. */
export function missingForAgent(arch: string): string[] {
  const missing = wanted.filter(name => packageVersion(name) === undefined)
  return findKernel() ? missing : [`linux-image-${arch}`, ...missing]
}

/**
 * Builds kernel and initrd of the agent, and the initrd of its writer, from the packages of this computer, into
 * `images/NAME`, whole or not at all. From the same packages it makes the same bytes.
 *
 * @throws ImportError where something is missing or too large, or mkinitramfs fails
 */
export async function buildAgent(order: AgentOrder, readMedia: ReadMedia): Promise<Image> {
  const kernel = findKernel()
  if (!kernel)
    throw new ImportError('there is no kernel with its modules in /boot and /lib/modules')
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-agent-'))
  try {
    const files = parts.map(name => join(folder, name))
    const [linux = '', initrd = '', writer = ''] = files
    const settings = makeInitrd(kernel, initrd, folder, order.program ?? ['mkinitramfs'])
    copyFileSync(join(settings, 'writer.cpio.zst'), writer)
    copyFileSync(kernel.image, linux)
    const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
    if (bytes > mostBytes) {
      const most = `${mostBytes / 1e6} MB`
      throw new ImportError(
        `kernel and initrds are ${Math.ceil(bytes / 1e6)} MB, more than ${most}`,
      )
    }
    const source = {
      ...{ name: 'agent', version: versionOf(files), arch: order.arch, proof: 'built' as const },
      ...{ at: new Date().toISOString(), packages: packagesOf(kernel) },
    }
    const { images, name, show } = order
    return await importImage({ files, images, name, source }, readMedia, show)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The folder that it left what it made besides in. */
function makeInitrd(
  kernel: Kernel,
  initrd: string,
  folder: string,
  [program, ...before]: readonly [string, ...string[]],
): string {
  const settings = join(folder, 'initramfs')
  for (const name of ['hooks', 'agent', 'writer', 'scripts', 'conf.d']) {
    mkdirSync(join(settings, name), { recursive: true })
  }
  for (const entry of readdirSync(scripts, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const isWriter = basename(entry.parentPath) === 'writer'
    const to = isWriter ? join(settings, 'writer', entry.name) : placeOf(entry.name)
    copyFileSync(join(entry.parentPath, entry.name), to)
  }
  chmodSync(placeOf('build'), 0o755)
  const { status, stderr, error } = spawnSync(
    program,
    [...before, '-d', settings, '-o', initrd, kernel.version],
    {
      // Older than every file: mkinitramfs gives them all this time.
      env: { ...process.env, SOURCE_DATE_EPOCH: '1', TMPDIR: folder },
      encoding: 'utf8',
      timeout: patience,
      killSignal: 'SIGKILL',
    },
  )
  if (status === 0) return settings
  const said = (stderr ?? '').trim().split('\n').slice(-3).join('; ')
  throw new ImportError(
    `mkinitramfs failed: ${said || error?.message || `it ended with ${status}`}`,
  )

  /** Where mkinitramfs, and the hook, look for it. */
  function placeOf(name: string): string {
    if (name === 'build') return join(settings, 'hooks', name)
    const isTools = name === 'initramfs.conf' || name === 'drivers'
    return join(settings, isTools ? name : `agent/${name}`)
  }
}

/** Ours, and what tells two builds apart. */
function versionOf(files: readonly string[]): string {
  const digest = createHash('sha256')
  for (const file of files) digest.update(readFileSync(file))
  return `${version()}-${digest.digest('hex').slice(0, 8)}`
}

function packagesOf({ image }: Kernel): string[] {
  const owner = outputOf('dpkg-query', ['-S', image])?.split(':')[0]
  return [...(owner === undefined ? [] : [owner]), ...wanted, ...helpful].flatMap(name => {
    const found = packageVersion(name)
    return found === undefined ? [] : [`${name} ${found}`]
  })
}

function packageVersion(name: string): string | undefined {
  const format = '$' + '{db:Status-Status} $' + '{Version}'
  const [state, found] = outputOf('dpkg-query', ['-W', '-f', format, name])?.split(' ') ?? []
  return state === 'installed' ? found : undefined
}
