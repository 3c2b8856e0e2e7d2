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
  const all = installedKernels(root)
  return all.findLast(kernel => !isForClouds(kernel)) ?? all.at(-1)
}

/** The installed kernels that have their modules, the newest last. */
export function installedKernels(root = '/'): Kernel[] {
  const boot = join(root, 'boot')
  return (existsSync(boot) ? readdirSync(boot) : [])
    .filter(name => name.startsWith('vmlinuz-'))
    .map(name => name.slice('vmlinuz-'.length))
    .map(version => ({
      version,
      image: join(boot, `vmlinuz-${version}`),
      modules: join(root, 'lib/modules', version),
    }))
    .filter(kernel => existsSync(join(kernel.modules, 'modules.dep')))
    .sort((a, b) => a.version.localeCompare(b.version, 'en', { numeric: true }))
}

/** Whether it has the drivers of virtual machines alone, as Debian's `linux-image-cloud-amd64`. */
export function isForClouds(kernel: Kernel): boolean {
  return kernel.version.includes('-cloud-')
}
