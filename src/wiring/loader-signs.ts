import { type LoaderSign, type Unheard, watchLoader } from '../boot/loader-watch.ts'
import type { DaemonMemory } from './memory.ts'

/** Tells the timeline of a host when its firmware comes back from a loader that never ran. */
export function createLoaderSigns({ record }: Pick<DaemonMemory, 'record'>) {
  const unheard = new Map<string, Unheard>()
  return (host: string, sign: LoaderSign): void => {
    const next = watchLoader(unheard.get(host) ?? [], sign)
    if (next.unheard.length > 0) unheard.set(host, next.unheard)
    else unheard.delete(host)
    if (next.text !== undefined) record({ host, kind: 'firmware', text: next.text })
  }
}
