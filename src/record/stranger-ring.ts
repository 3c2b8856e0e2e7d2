import { remember } from '../base/bounded.ts'
import type { Client } from '../boot/client.ts'
import type { EventContent } from '../boot/event.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'

/** What a client that is no host of the config said and asked last. */
export interface StrangerSeen {
  readonly client: Client
  readonly text: string
  /** What the text is made from. */
  readonly event?: EventContent
  /** Epoch milliseconds. */
  readonly at: number
  readonly serial?: string
  readonly address?: IpAddress
}

const kept = 1024

/** Clients that are no hosts: in memory, and the longest unheard is forgotten first. */
export function createStrangerRing() {
  const seen = new Map<Mac, StrangerSeen>()
  return {
    /** What it said earlier and does not say now is kept: a script request tells no arch. */
    see(mac: Mac, stranger: StrangerSeen): void {
      const known = seen.get(mac)
      const now = known ? { ...known, ...stranger, client: merged(known, stranger) } : stranger
      remember(seen, mac, now, kept)
    },
    forget: (mac: Mac): void => void seen.delete(mac),
    /** Heard last first. */
    list: (): [Mac, StrangerSeen][] => [...seen].reverse(),
    size: (): number => seen.size,
  }
}

export type StrangerRing = ReturnType<typeof createStrangerRing>

function merged({ client: known }: StrangerSeen, { client }: StrangerSeen): Client {
  const arch = client.arch === 'unknown' ? known.arch : client.arch
  return { ...known, ...client, arch }
}
