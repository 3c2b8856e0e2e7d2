import type { AddressRange, Ipv4 } from './address.ts'

/** Which addresses of many are in, a bit each. */
export interface AddressSet {
  add(address: Ipv4): void
  delete(address: Ipv4): void
  has(address: Ipv4): boolean
  /** The bits of the 1024 addresses that begin at `page * 1024`; nothing when none of them is in. */
  page(page: number): Page | undefined
}

interface Page {
  readonly words: Uint32Array
  count: number
}

const pageBits = 10
const pageSize = 1 << pageBits

export function createAddressSet(addresses: Iterable<Ipv4> = []): AddressSet {
  const pages = new Map<number, Page>()

  function set(address: Ipv4, wanted: boolean): void {
    const number = address >>> pageBits
    const page = pages.get(number) ?? { words: new Uint32Array(pageSize / 32), count: 0 }
    const word = (address & (pageSize - 1)) >>> 5
    const bit = 1 << (address & 31)
    const is = ((page.words[word] ?? 0) & bit) !== 0
    if (is === wanted) return
    page.words[word] = (page.words[word] ?? 0) ^ bit
    page.count += wanted ? 1 : -1
    if (page.count === 0) pages.delete(number)
    else pages.set(number, page)
  }

  for (const address of addresses) set(address, true)
  return {
    add: address => set(address, true),
    delete: address => set(address, false),
    has(address) {
      const page = pages.get(address >>> pageBits)
      const word = page?.words[(address & (pageSize - 1)) >>> 5] ?? 0
      return (word & (1 << (address & 31))) !== 0
    },
    page: number => pages.get(number),
  }
}

/** The first address of the range that is in none of the sets. Looks at 32 addresses at a time. */
export function firstOutside(
  sets: readonly AddressSet[],
  { from, to }: AddressRange,
): Ipv4 | undefined {
  let at: number = from
  while (at <= to) {
    const number = at >>> pageBits
    const pages = sets.flatMap(set => set.page(number) ?? [])
    if (pages.length === 0) return at as Ipv4
    const end = (number + 1) * pageSize
    const free = pages.some(({ count }) => count === pageSize) ? -1 : firstZero(pages, at)
    if (free >= 0)
      return number * pageSize + free <= to ? ((number * pageSize + free) as Ipv4) : undefined
    at = end
  }
  return undefined
}

/** Where in their page the first bit from `address` on stands that none of the pages has; else -1. */
function firstZero(pages: readonly Page[], address: number): number {
  const start = address & (pageSize - 1)
  for (let word = start >>> 5; word < pageSize / 32; word++) {
    let taken = 0
    for (const { words } of pages) taken |= words[word] ?? 0
    if (word === start >>> 5) taken |= (1 << (start & 31)) - 1
    const free = ~taken
    if (free !== 0) return word * 32 + 31 - Math.clz32(free & -free)
  }
  return -1
}
