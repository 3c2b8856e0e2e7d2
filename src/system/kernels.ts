import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A kernel that this system installed, with its modules. */
export interface Kernel {
  readonly version: string
  /** The bootable image, `/boot/vmlinuz-VERSION`. */
  readonly image: string
  /** The folder of its modules, `/lib/modules/VERSION`. */
  readonly modules: string
}

/** The newest installed kernel that has its modules; one made for clouds, which lacks drivers, only where it is the only one. */
export function findKernel(root = '/'): Kernel | undefined {
  const boot = join(root, 'boot')
  const modulesOf = (version: string) => join(root, 'lib/modules', version)
  const version = (existsSync(boot) ? readdirSync(boot) : [])
    .filter(name => name.startsWith('vmlinuz-'))
    .map(name => name.slice('vmlinuz-'.length))
    .filter(version => existsSync(join(modulesOf(version), 'modules.dep')))
    .sort((a, b) => isSmall(b) - isSmall(a) || a.localeCompare(b, 'en', { numeric: true }))
    .at(-1)
  if (version === undefined) return undefined
  return { version, image: join(boot, `vmlinuz-${version}`), modules: modulesOf(version) }
}

function isSmall(version: string): number {
  return version.includes('-cloud-') ? 1 : 0
}
