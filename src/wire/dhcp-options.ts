import { WireError } from './error.ts'

/** Option code to raw value, in the order first seen. */
export type DhcpOptions = Map<number, Uint8Array>

const pad = 0
const end = 255
/** Bytes of a value that fit behind one code. */
const longest = 255

/**
 * Reads an area of options (RFC 2132 section 2) into a map, up to END. A missing END is forgiven: ROMs
 * leave it out. A code that comes again continues its first value (RFC 3396 section 7). The values are
 * views of `area`, except joined ones. Throws WireError when an option runs past the end of the area.
 */
export function decodeOptions(area: Uint8Array, into: DhcpOptions = new Map()): DhcpOptions {
  const damage = readOptions(area, into)
  if (damage !== undefined) throw new WireError(damage)
  return into
}

/** The same, up to an option that runs past the end; what is wrong with that one, if so. */
export function readOptions(area: Uint8Array, into: DhcpOptions): string | undefined {
  let at = 0
  while (at < area.length) {
    const code = area[at++]
    if (code === pad) continue
    if (code === end || code === undefined) break
    const length = area[at++]
    if (length === undefined || at + length > area.length) {
      return `option ${code} runs past the end of its area`
    }
    into.set(code, join(into.get(code), area.subarray(at, at + length)))
    at += length
  }
  return undefined
}

/**
 * Writes options in map order, then END. A value of more than 255 bytes is cut and its code repeated
 * (RFC 3396 section 5).
 */
export function encodeOptions(options: DhcpOptions): Uint8Array {
  const out = new Uint8Array(sizeOfOptions(options))
  writeOptions(options, options.keys(), out)
  return out
}

/** The same in the order of `codes` into `out`, from `at` on, with room for {@link sizeOfOptions}. */
export function writeOptions(
  options: DhcpOptions,
  codes: Iterable<number>,
  out: Uint8Array,
  at = 0,
): void {
  let next = at
  for (const code of codes) {
    const value = options.get(code) ?? nothing
    let from = 0
    do {
      const to = Math.min(from + longest, value.length)
      out[next++] = code
      out[next++] = to - from
      while (from < to) out[next++] = value[from++] ?? 0
    } while (from < value.length)
  }
  out[next] = end
}

const nothing = new Uint8Array()

/** Bytes of an area that holds these options, END included. */
export function sizeOfOptions(options: DhcpOptions): number {
  let size = 1
  for (const value of options.values()) size += sizeOfOption(value)
  return size
}

/** Bytes that a value needs there, its codes and lengths included. */
export function sizeOfOption(value: Uint8Array): number {
  return value.length + 2 * Math.max(1, Math.ceil(value.length / longest))
}

function join(head: Uint8Array | undefined, tail: Uint8Array): Uint8Array {
  if (!head) return tail
  const out = new Uint8Array(head.length + tail.length)
  out.set(head)
  out.set(tail, head.length)
  return out
}
