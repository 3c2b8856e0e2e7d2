import type { CatalogueEntry } from './catalogue.ts'

/** The versions that an entry writes down, newest first. */
export function knownVersions({ versions }: Pick<CatalogueEntry, 'versions'>): string[] {
  const { any: _any, see: _see, default: _default, ...listed } = versions as Record<string, unknown>
  return Object.keys(listed)
    .filter(key => typeof listed[key] === 'object')
    .toSorted((a, b) => compared(b, a))
}

/** The version that is had where none is asked for. */
export function usualVersion(entry: Pick<CatalogueEntry, 'versions'>): string | undefined {
  const usual = (entry.versions as Record<string, unknown>).default
  return typeof usual === 'string' ? usual : knownVersions(entry)[0]
}

/**
 * The version that a pull would fetch now, where it is newer than this one. Undefined also where nobody can tell, such
 * as between a name (`current`) and a number. Pure.
 */
export function newerVersion(
  entry: Pick<CatalogueEntry, 'versions'>,
  version: string,
): string | undefined {
  const usual = usualVersion(entry)
  if (usual === undefined) return undefined
  const kinds = [usual, version].map(text => /^(\D*)\d/.exec(text)?.[1])
  const isComparable = kinds[0] !== undefined && kinds[0] === kinds[1]
  return isComparable && compared(usual, version) > 0 ? usual : undefined
}

function compared(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
