import { WireError } from './error.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Option 119: names one behind the other as RFC 1035 section 3.1 writes them, not compressed (RFC 3397). */
export function domainsToBytes(domains: readonly string[]): Uint8Array {
  return Uint8Array.from(domains.flatMap(domain => [...domain.split('.').flatMap(label), 0]))
}

/** The names of option 119, compressed ones too. Throws WireError when a label or pointer leads nowhere. */
export function domainsOfBytes(bytes: Uint8Array): string[] {
  const domains: string[] = []
  let at = 0
  while (at < bytes.length) {
    const { labels, next } = nameAt(bytes, at, at)
    domains.push(labels.join('.'))
    at = next
  }
  return domains
}

function label(text: string): number[] {
  const bytes = encoder.encode(text)
  if (bytes.length === 0 || bytes.length > 63) {
    throw new WireError(`a label of a name has 1 to 63 bytes, not ${bytes.length}`)
  }
  return [bytes.length, ...bytes]
}

/** A pointer must point before the name that it is in, so that there is an end (RFC 1035 section 4.1.4). */
function nameAt(bytes: Uint8Array, at: number, origin: number): { labels: string[]; next: number } {
  const length = bytes[at]
  if (length === undefined) throw new WireError('a name has no end')
  if (length === 0) return { labels: [], next: at + 1 }
  if (length >= 0xc0) {
    const target = ((length & 0x3f) << 8) | (bytes[at + 1] ?? 0)
    if (target >= origin) throw new WireError('a name points forward')
    return { labels: nameAt(bytes, target, target).labels, next: at + 2 }
  }
  const end = at + 1 + length
  const own = decoder.decode(bytes.subarray(at + 1, end))
  const { labels, next } = nameAt(bytes, end, origin)
  return { labels: [own, ...labels], next }
}
