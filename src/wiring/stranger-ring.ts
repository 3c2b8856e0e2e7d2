import type { Client } from '../boot/client.ts'
import type { Mac } from '../wire/address.ts'

/** What a client that is no host of the config asked last. */
export interface StrangerSeen {
  readonly client: Client
  readonly text: string
  /** Epoch milliseconds. */
  readonly at: number
}

const kept = 1024

/** Clients that are no hosts: in memory, and the longest unheard is forgotten first. */
export function createStrangerRing() {
  const seen = new Map<Mac, StrangerSeen>()
  return {
    see(mac: Mac, stranger: StrangerSeen): void {
      seen.delete(mac)
      seen.set(mac, stranger)
      const [oldest] = seen.keys()
      if (seen.size > kept && oldest !== undefined) seen.delete(oldest)
    },
    list: () =>
      [...seen].map(([mac, { client, text, at }]) => ({
        mac,
        arch: client.arch,
        stage: client.stage,
        uuid: client.uuid ?? null,
        vendorClass: client.vendorClass ?? null,
        text,
        at: new Date(at).toISOString(),
      })),
  }
}

export type StrangerRing = ReturnType<typeof createStrangerRing>
