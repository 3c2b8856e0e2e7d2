import { cpSync, existsSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'

interface LockedPackage {
  readonly version?: string
  readonly dev?: boolean
  readonly optional?: boolean
}

/** What Node never loads: types, sources before compilation, maps. */
const left = new Set(['.ts', '.mts', '.cts', '.map', '.flow'])

/**
 * Copies the packages that run in production from `root` to `tree`, exactly those of the lock file.
 * Throws when one is missing or another version: then `npm ci` has to come first.
 */
export function copyModules(root: string, tree: string): void {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Readonly<Record<string, LockedPackage>>
  }
  for (const [path, locked] of Object.entries(lock.packages)) {
    if (path === '' || locked.dev) continue
    const from = join(root, path)
    if (locked.optional && !existsSync(from)) continue
    const there = versionIn(from)
    if (there !== locked.version) {
      throw new Error(`${path} is ${there ?? 'missing'}, locked ${locked.version}: run "npm ci"`)
    }
    // What is nested has a line of its own in the lock file.
    const filter = (file: string) =>
      basename(file) !== 'node_modules' && (file === from || !left.has(extname(file)))
    cpSync(from, join(tree, path), { recursive: true, filter })
  }
}

function versionIn(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return undefined
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
