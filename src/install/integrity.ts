import { type Asset, assetsOf, type Spec } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import type { InstallDeps } from './deps.ts'

/** What keeps a spec from being booted: an asset that is wrong, or one that is not verified yet. */
export interface Doubt {
  readonly kind: 'wrong' | 'unverified'
  readonly why: Reason
}

type DigestDeps = Pick<InstallDeps, 'digests'>

/** The first doubt about the assets of a spec. Looking starts what is needed to know more. */
export function doubtOf(spec: Spec, { digests }: DigestDeps): Doubt | undefined {
  for (const asset of checkedOf(spec)) {
    const digest = digests.known(asset)
    if (digest === undefined) {
      // What cannot be read now is looked at again with the next request.
      digests.of(asset).catch(() => undefined)
      return { kind: 'unverified', why: { code: 'being-verified', path: asset.path } }
    }
    if (digest !== asset.sha256)
      return { kind: 'wrong', why: { code: 'wrong-checksum', path: asset.path } }
  }
  return undefined
}

/** Resolves when every asset with a checksum was looked at, or could not be. */
export async function verified(spec: Spec, { digests }: DigestDeps): Promise<void> {
  await Promise.allSettled(checkedOf(spec).map(asset => digests.of(asset)))
}

/** Whether it is worth waiting for. */
export function isUnverified(spec: Spec, { digests }: DigestDeps): boolean {
  return checkedOf(spec).some(asset => digests.known(asset) === undefined)
}

function checkedOf(spec: Spec): Asset[] {
  return assetsOf(spec).filter(({ sha256 }) => sha256 !== undefined)
}
