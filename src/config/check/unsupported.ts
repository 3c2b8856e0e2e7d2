import type { Path } from './mistake.ts'

/** What the design has a place for and this version does not do yet. */
const laterKeys: readonly RegExp[] = [/^(profiles|hosts)\..+\.proxy$/]

/** The sentence for a key that is planned; undefined for all others. */
export function unsupportedKey(path: Path): string | undefined {
  const dotted = path.join('.')
  return laterKeys.some(key => key.test(dotted)) ? 'is not supported yet' : undefined
}
