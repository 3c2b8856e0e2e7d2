import { sharedMistakes } from '../booting-hosts.ts'
import type { ResolvedHost } from '../hosts.ts'
import { lackOfLoader } from '../loaders.ts'
import type { ResolvedProfile } from '../profiles.ts'
import type { Mistake, Path } from './mistake.ts'

/** Loaders that profiles and hosts name and that are not there; they may come later. */
export function checkLoaders(
  profiles: Iterable<ResolvedProfile>,
  hosts: Iterable<ResolvedHost>,
  assets: string,
): Mistake[] {
  const shared = sharedMistakes()
  const known = new Map<string, string | undefined>()
  const check = (loader: string | undefined, path: Path, host?: string) => {
    if (loader === undefined) return
    if (!known.has(loader)) known.set(loader, lackOfLoader(assets, loader))
    const lack = known.get(loader)
    if (lack !== undefined) shared.add(path, lack, host)
  }
  for (const { layers } of profiles) check(layers.keys.loader, layers.from.get('loader') ?? [])
  for (const { host, resolved } of hosts) {
    const { loader, name } = host
    const { keys, from } = resolved?.layers ?? {}
    if (loader !== undefined) check(loader, ['hosts', name, 'loader'], name)
    else check(keys?.loader, from?.get('loader') ?? [], name)
  }
  return shared.mistakes('warning')
}
