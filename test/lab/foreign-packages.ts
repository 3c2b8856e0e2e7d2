import { existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installedKernels, type Kernel } from '../../src/system/kernels.ts'
import { run } from './command.ts'

/** A kernel and a busybox of another architecture. */
export interface Foreign {
  /** Where they are unpacked. */
  readonly root: string
  readonly kernel: Kernel
  readonly busybox: string
}

/** What Debian calls an architecture and its kernel. */
export interface ForeignArch {
  readonly arch: string
  readonly flavour: string
  /** The release that has it. */
  readonly suite: string
  /** More packages. */
  readonly besides?: readonly string[]
}

const cache = fileURLToPath(new URL('../../node_modules/.cache/foreign', import.meta.url))

/**
 * Fetches Debian's kernel and busybox for another architecture, by an apt that has its own lists and knows nothing of
 * this system; they are kept. Throws with what apt said where they are not to be had.
 */
export async function foreignPackages(wanted: ForeignArch): Promise<Foreign> {
  const root = join(cache, [wanted.arch, wanted.suite, ...(wanted.besides ?? [])].join('-'))
  if (!existsSync(root)) await fetchInto(root, wanted)
  const kernel = installedKernels(root).at(-1)
  if (!kernel) throw new Error(`${root} has no kernel: remove it, so that it is fetched again`)
  const busybox = ['usr/bin/busybox', 'bin/busybox'].map(path => join(root, path)).find(existsSync)
  if (busybox === undefined) throw new Error(`${root} has no busybox`)
  return { root, kernel, busybox }
}

async function fetchInto(root: string, wanted: ForeignArch): Promise<void> {
  const half = `${root}.half`
  rmSync(half, { recursive: true, force: true })
  const debs = join(half, 'debs')
  mkdirSync(debs, { recursive: true })
  const options = privateApt(join(half, 'apt'), wanted)
  const apt = (tool: string, ...words: readonly string[]) =>
    run(['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', debs, tool, ...options, ...words])
  await apt('apt-get', 'update')
  const meta = await apt('apt-cache', 'depends', `linux-image-${wanted.flavour}`)
  const image = /Depends: (linux-image-\S+)/.exec(meta)?.[1] ?? `linux-image-${wanted.flavour}`
  await apt('apt-get', 'download', image, 'busybox-static', ...(wanted.besides ?? []))
  for (const deb of globSync(join(debs, '*.deb'))) await run(['dpkg-deb', '-x', deb, half])
  // Some architectures have a kernel that is not packed, and its name says so.
  for (const file of globSync(join(half, 'boot/vmlinux-*')))
    renameSync(file, join(half, 'boot', basename(file).replace('vmlinux', 'vmlinuz')))
  for (const folder of globSync(join(half, '{usr/,}lib/modules/*')))
    await run(['depmod', '-b', folder.slice(0, folder.indexOf('/lib/modules/')), basename(folder)])
  if (!existsSync(join(half, 'lib'))) renameSync(join(half, 'usr/lib'), join(half, 'lib'))
  for (const folder of [debs, join(half, 'apt')]) rmSync(folder, { recursive: true })
  renameSync(half, root)
}

/** Options of an apt with a folder of its own, for one architecture of one release. */
function privateApt(folder: string, { arch, suite }: ForeignArch): string[] {
  for (const path of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, path), { recursive: true })
  const sources = join(folder, 'debian.sources')
  const settings = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    'APT::Sandbox::User': 'root',
  }
  writeFileSync(
    sources,
    ['Types: deb', 'URIs: http://deb.debian.org/debian', `Suites: ${suite}`, 'Components: main']
      .concat('Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg', '')
      .join('\n'),
  )
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}
