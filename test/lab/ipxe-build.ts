import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './command.ts'

/** The sources of iPXE: a clone, or what `apt-get source ipxe` unpacked. */
const sources = join(process.env.IPXE_SOURCES ?? '', 'src')

/** Why no iPXE can be built, if so. */
export const lacksIpxe =
  process.env.IPXE_SOURCES !== undefined && existsSync(join(sources, 'Makefile'))
    ? undefined
    : 'IPXE_SOURCES must name a folder with the sources of iPXE (git clone, or apt-get source ipxe)'

/** Why none can be built that looks for `autoexec.ipxe`, which iPXE does since 2022, if so. */
export const lacksAutoexec =
  lacksIpxe ??
  (existsSync(join(sources, 'interface/efi/efi_autoexec.c'))
    ? undefined
    : 'IPXE_SOURCES must name sources of iPXE since 2022')

/** What builds it, besides the packages of the lab. */
export const ipxeBuilders = {
  'build-essential': 'compiles iPXE',
  'liblzma-dev': 'packs it',
}

/** How an iPXE differs from one that is built as its sources say. */
export interface IpxeBuild {
  /** Of its folder, in which it is made anew as far as it has changed. */
  readonly name: string
  /** What make makes, such as `bin/8086100e.rom`. */
  readonly target: string
  /** Arguments of make. */
  readonly args?: readonly string[]
  /** Options that are switched on. */
  readonly options?: readonly string[]
  /** Places in its sources, and what stands there instead. */
  readonly edits?: readonly (readonly [file: string, from: string, to: string])[]
}

/** Builds it, which takes minutes the first time, and returns the file. Throws where a place is not in the sources. */
export async function buildIpxe(build: IpxeBuild): Promise<string> {
  const { name, target, args = [], options = [], edits = [] } = build
  const cache = new URL(`../../node_modules/.cache/ipxe/${name}/src`, import.meta.url)
  const folder = fileURLToPath(cache)
  mkdirSync(folder, { recursive: true })
  // What was built there stays; make goes by the times of files.
  const isSource = (path: string) => !/\/src\/(?:bin[^/]*|config\/local)(?:\/|$)/.test(path)
  cpSync(sources, folder, { recursive: true, preserveTimestamps: true, filter: isSource })
  for (const [file, from, to] of edits) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    if (!text.includes(from)) throw new Error(`${file} of iPXE has no ${from}`)
    writeFileSync(path, text.replace(from, to))
  }
  const general = join(folder, 'config/local/general.h')
  const lines = options.map(option => `#define ${option}\n`).join('')
  mkdirSync(dirname(general), { recursive: true })
  if (!existsSync(general) || readFileSync(general, 'utf8') !== lines) writeFileSync(general, lines)
  const make = ['make', '-C', folder, `-j${availableParallelism()}`, 'NO_WERROR=1']
  await run([...make, ...args, target])
  return join(folder, target)
}
