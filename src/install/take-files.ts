import type { Profile } from '../boot/host.ts'
import type { Asset, Spec } from '../boot/install.ts'
import type { Refused } from '../boot/reason.ts'
import type { InstallDeps } from './deps.ts'

/** What a profile boots: assets, and the whole command line where its media say some of it. */
export type Images = Pick<Spec, 'kernel' | 'initrd' | 'told' | 'kexec'> & {
  readonly cmdline?: string
}

type Publishing = Pick<InstallDeps, 'publish'>

/** Kernel and initrds of a profile that names them, published as they are now. */
export function takeFiles(profile: Profile, deps: Publishing): Images | Refused {
  const kernel = publishChecked(profile.kernel, profile, deps)
  if (!kernel) {
    return { refused: { code: 'no-asset', what: profile.kind ?? 'kernel', path: profile.kernel } }
  }
  const initrd: Asset[] = []
  for (const path of profile.initrd) {
    const asset = publishChecked(path, profile, deps)
    if (!asset) return { refused: { code: 'no-asset', what: profile.kind ?? 'initrd', path } }
    initrd.push(asset)
  }
  return { kernel, initrd }
}

function publishChecked(path: string, { checksums = {} }: Profile, deps: Publishing) {
  const asset = deps.publish(path)
  return asset && expecting(asset, checksums[path])
}

/** The asset with the sha256 that the config says it has, if it says one. */
export function expecting(asset: Asset, sha256: string | undefined): Asset {
  return sha256 === undefined ? asset : { ...asset, sha256 }
}
