import type { Path } from './mistake.ts'

/** What the design has a place for and this version does not do yet. */
const laterKeys: readonly RegExp[] = [
  /^installs$/,
  /^(profiles|hosts)\..+\.(login|expect|proxy|efi|iso|wim)$/,
]

const laterCallbacks = /^callbacks\..+\.(nixosAnywhere|ssh)$/

/** The sentence for a key, or a value of it, that is planned; undefined for all others. */
export function unsupportedKey(path: Path, value?: string): string | undefined {
  const dotted = path.join('.')
  if (value !== undefined) {
    const planned = /\.phoneHome$/.test(dotted) && value === 'ssh'
    return planned ? 'phoning home over ssh is not supported yet' : undefined
  }
  if (laterCallbacks.test(dotted)) {
    return 'is not supported yet; a callback is a `webhook: { url }` or a `command: { run: [...] }`'
  }
  return laterKeys.some(key => key.test(dotted)) ? 'is not supported yet' : undefined
}
