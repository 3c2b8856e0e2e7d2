import { formatIpv4, type Ipv4, type Mac } from '../../src/wire/address.ts'

/** An address that a machine may use until then, milliseconds of the ledger's clock. */
export interface Held {
  readonly address: Ipv4
  readonly mac: Mac
  readonly until: number
}

/** What all machines know of their addresses, put together. */
export function createLedger(now = Date.now) {
  const held = new Map<Ipv4, Held>()
  const wrong: string[] = []
  return {
    wrong,
    /** A machine was told that an address is its own. */
    take(next: Held): void {
      const before = held.get(next.address)
      if (before && before.mac !== next.mac && before.until > now()) {
        const address = formatIpv4(next.address)
        wrong.push(`${next.mac} was given ${address}, which ${before.mac} has`)
      }
      for (const one of held.values()) {
        if (one.mac === next.mac) held.delete(one.address)
      }
      held.set(next.address, next)
    },
    /** It uses the address no more. */
    leave(mac: Mac): void {
      for (const one of held.values()) {
        if (one.mac === mac) held.delete(one.address)
      }
    },
    all: (): Held[] => [...held.values()].filter(({ until }) => until > now()),
  }
}

export type Ledger = ReturnType<typeof createLedger>
