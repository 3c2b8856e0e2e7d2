import { readFileSync } from 'node:fs'
import type { Host, Profile, Vars } from '../boot/host.ts'
import type { Asset, Spec } from '../boot/install.ts'
import type { InstallDeps } from './deps.ts'

/** What differs from the host's own profile and vars, for one install only. */
export interface Overrides {
  readonly profile?: Profile
  readonly vars?: Vars
}

/**
 * Everything an install or netboot of a host needs, as it is now: the profile, the sources of its
 * answer files and the versions of its assets. Returns a sentence when something is missing.
 */
export function takeSpec(
  host: Host,
  overrides: Overrides,
  deps: Pick<InstallDeps, 'publish' | 'lackOf'>,
): Spec | { readonly refused: string } {
  const base = overrides.profile ?? host.profile
  if (!base) return { refused: `${host.name} has no profile: it is a reservation only` }
  const vars = { ...base.vars, ...host.vars, ...overrides.vars }
  const absent = Object.entries(vars).filter(([, value]) => value === 'required')
  if (absent.length > 0) {
    const names = absent.map(([name]) => name).join(', ')
    return { refused: `${host.name} gives no value for ${names}, which ${base.name} requires` }
  }
  const profile = { ...base, vars }
  const lack = deps.lackOf(base)
  if (lack !== undefined) return { refused: lack }

  const kernel = deps.publish(base.kernel)
  if (!kernel) return { refused: `no such kernel: ${base.kernel}` }
  const initrd: Asset[] = []
  for (const path of base.initrd) {
    const asset = deps.publish(path)
    if (!asset) return { refused: `no such initrd: ${path}` }
    initrd.push(asset)
  }

  const templates: Record<string, string> = {}
  for (const [name, path] of Object.entries(base.files)) {
    try {
      templates[name] = readFileSync(path, 'utf8')
    } catch {
      return { refused: `cannot read the answer file ${name}: ${path}` }
    }
  }
  return { host: { ...host, vars, profile }, profile, kernel, initrd, templates }
}

/** The first asset of a spec that is not what it was when the spec was taken. */
export function changedAsset(spec: Spec, deps: Pick<InstallDeps, 'publish'>): Asset | undefined {
  return [spec.kernel, ...spec.initrd].find(
    asset => deps.publish(asset.path)?.version !== asset.version,
  )
}
