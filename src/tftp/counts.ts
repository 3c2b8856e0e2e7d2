import type { IpAddress } from '../wire/ip-address.ts'

/** How many downloads there are, over all threads that share the memory. */
export interface Counts {
  all(): number
  of(address: IpAddress): number
  /** One more, or with -1 one less. */
  add(address: IpAddress, change: 1 | -1): void
}

/** Addresses that differ only above their last 16 bits may share a place, and so a limit. */
const places = 65_536
const total = places

/** Memory for {@link createCounts}, to be handed to other threads. */
export function countsMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer((places + 1) * Int32Array.BYTES_PER_ELEMENT)
}

export function createCounts(memory: SharedArrayBuffer): Counts {
  const counts = new Int32Array(memory)
  return {
    all: () => Atomics.load(counts, total),
    of: address => Atomics.load(counts, placeOf(address)),
    add(address, change) {
      Atomics.add(counts, total, change)
      Atomics.add(counts, placeOf(address), change)
    },
  }
}

/** Networks side by side, such as 10.0.1.0/24 and 10.1.1.0/24, fall on different places. */
function placeOf(address: IpAddress): number {
  if (typeof address === 'string') return placeOfText(address)
  return (address ^ Math.imul(address >>> 16, 0x9e37)) & 0xffff
}

/** FNV-1a (RFC 9923), of whose 32 bits both halves count. */
function placeOfText(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash ^ (hash >>> 16)) & 0xffff
}
