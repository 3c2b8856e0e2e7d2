import { didYouMean } from '../base/nearest.ts'
import { type Catalogue, type CatalogueEntry, PullError } from './catalogue.ts'
import { knownVersions, usualVersion } from './newer.ts'

/** What is asked for. */
export interface ImageRequest {
  /** `NAME` or `NAME@VERSION`. */
  readonly what: string
  readonly arch?: string | undefined
  /** Instead of the publisher's. */
  readonly mirror?: string | undefined
}

/** @see proofOf */
export type VerifiedBy = 'signature' | 'sum' | 'server'

/** An entry for one version and arch, all words filled in. */
export interface Order
  extends Pick<CatalogueEntry, 'lists' | 'files' | 'gpg' | 'minisign' | 'profile'> {
  readonly name: string
  readonly version: string
  readonly arch: string
  readonly title: string
  readonly unverified: boolean
}

/**
 * Chooses version and arch, and fills the words of an entry in. Pure.
 *
 * @throws PullError where there is no such entry, version or arch, or nothing would prove what a mirror sends
 */
export function orderOf(catalogue: Catalogue, { what, arch, mirror }: ImageRequest): Order {
  const [name = '', asked] = what.split('@', 2)
  const entry = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined
  const names = Object.keys(catalogue)
  if (!entry) {
    const meant = didYouMean(name, names)
    throw new PullError(`the catalogue has no "${name}"${meant || `; it has ${names.join(', ')}`}`)
  }
  const [version, ofVersion] = versionOf(name, entry, asked)
  const archs = Object.keys(entry.archs)
  const chosen = arch ?? archs[0] ?? ''
  const ofArch = Object.hasOwn(entry.archs, chosen) ? entry.archs[chosen] : undefined
  if (!ofArch) throw new PullError(`${name} is there for ${archs.join(', ')}, not "${chosen}"`)
  const base = mirror ?? entry.mirror
  const words: Readonly<Record<string, string>> = {
    ...ofVersion,
    ...ofArch,
    ...{ version, arch: chosen, image: `images/${name}` },
    ...(base !== undefined && { mirror: base.replace(/\/+$/, '') }),
  }
  const { lists = [], files, gpg, minisign, profile } = fill(entry, words) as CatalogueEntry
  const bare = lists.find(list => list.tls && !list.url.startsWith('https:'))
  if (bare) {
    const why = 'its publisher signs no list of checksums, so only the web server proves it'
    throw new PullError(`${bare.url}: ${why}: the mirror has to be https://`)
  }
  const keys = { ...(gpg && { gpg }), ...(minisign !== undefined && { minisign }) }
  const order = { name, version, arch: chosen, title: entry.title, lists, files, profile, ...keys }
  return { ...order, unverified: entry.unverified === true }
}

function versionOf(name: string, entry: CatalogueEntry, asked: string | undefined) {
  const { any, see, ...listed } = entry.versions as Record<string, unknown>
  const known = knownVersions(entry)
  const version = asked ?? usualVersion(entry)
  const where = typeof see === 'string' ? `; they are listed at ${see}` : ''
  if (version === undefined) {
    throw new PullError(`say which version: \`bootwright pull ${name}@VERSION\`${where}`)
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(version)) {
    throw new PullError(`"${version}" is no version`)
  }
  if (known.includes(version)) return [version, listed[version] as Record<string, string>] as const
  if (any === true) return [version, {}] as const
  throw new PullError(`there is no ${name}@${version} in the catalogue; it has ${known.join(', ')}`)
}

/** What proves the files of an order: their publisher's key, a sum in the catalogue, or its web server alone. */
export function proofOf({ lists = [], files, gpg, minisign }: Order): VerifiedBy {
  const isSigned = Object.values(files).every(({ signature }) => signature !== undefined)
  if ((gpg || minisign !== undefined) && isSigned) return 'signature'
  const [first] = lists
  if (first) return first.gpg || first.minisign !== undefined ? 'signature' : 'server'
  return 'sum'
}

/** Fills `{word}` in everywhere; what is no word of ours, such as `{{ host.name }}`, stays. */
function fill(value: unknown, words: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') {
    let text = value
    // The mirror's own words come after it.
    for (let round = 0; round < 2; round += 1) {
      text = text.replaceAll(
        /(?<!\{)\{(\w+)\}(?!\})/g,
        (whole, word: string) => words[word] ?? whole,
      )
    }
    return text
  }
  if (Array.isArray(value)) return value.map(item => fill(item, words))
  if (value === null || typeof value !== 'object') return value
  const pairs = Object.entries(value).map(([key, item]) => [fill(key, words), fill(item, words)])
  return Object.fromEntries(pairs)
}

/** The mirror that a config names for an image, with or without its version; undefined where it names none. */
export function mirrorOf(
  what: string,
  mirrors: Readonly<Record<string, string>>,
): string | undefined {
  const [name = ''] = what.split('@', 1)
  return Object.hasOwn(mirrors, name) ? mirrors[name] : undefined
}
