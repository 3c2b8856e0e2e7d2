import { existsSync, globSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { attempt, run } from '../test/lab/command.ts'

/** Kept from one run to the next. */
const folder = join(tmpdir(), `bootwright-bench-${process.getuid?.() ?? 0}`)

/**
 * The path of a program, with its Debian package unpacked beside this bench where it is not installed:
 * installing a server would start it.
 */
export async function findProgram(name: string, debianPackage: string): Promise<string> {
  const found = await attempt(['sh', '-c', `command -v "$1" || ls "/usr/sbin/$1"`, 'sh', name])
  if (found.code === 0) return found.stdout.trim()
  const into = join(folder, debianPackage)
  const unpacked = () => globSync(join(into, 'usr/{bin,sbin}', name))[0]
  if (!unpacked()) await unpack(debianPackage, into)
  const path = unpacked()
  if (path === undefined) throw new Error(`no ${name} in Debian's package ${debianPackage}`)
  return path
}

/** The path of a file that a Debian package has, unpacked beside this bench where it is not installed. */
export async function findFile(path: string, debianPackage: string): Promise<string> {
  if (existsSync(path)) return path
  const into = join(folder, debianPackage)
  if (!existsSync(join(into, path))) await unpack(debianPackage, into)
  return join(into, path)
}

async function unpack(debianPackage: string, into: string): Promise<void> {
  mkdirSync(into, { recursive: true })
  const script = 'cd "$1" && apt-get download -q "$2" && dpkg-deb -x "$2"_*.deb .'
  await run(['sh', '-c', script, 'sh', into, debianPackage])
}

/** Compiles a C program of this folder with cc and returns its path. */
export async function compile(name: string): Promise<string> {
  const source = fileURLToPath(new URL(`./${name}.c`, import.meta.url))
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const program = join(folder, name)
  await run(['cc', '-O2', '-Wall', '-Werror', '-o', program, source])
  return program
}
