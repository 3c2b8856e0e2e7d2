import { remember } from '../base/bounded.ts'
import { toHex } from '../wire/address.ts'
import { duidOfBytes } from '../wire/dhcp6-values.ts'

/** Milliseconds after which a server that nobody names any more is forgotten. */
const keptMs = 3600_000
/** Anybody can name servers. */
const most = 16

/** What people call a server that is known by its DUID: its MAC, where that is in it. */
export function serverName(duid: Uint8Array): string {
  return duidOfBytes(duid).mac ?? toHex(duid.subarray(0, 20))
}

/** Other DHCPv6 servers of each network: a client names the one that it takes an address from to all of them. */
export function createRivals6() {
  const networks = new Map<string, Map<string, number>>()
  return {
    note(network: string, server: string, now: number): void {
      const named = networks.get(network) ?? new Map<string, number>()
      networks.set(network, named)
      remember(named, server, now, most)
    },
    of(network: string, now: number): string[] {
      const named = [...(networks.get(network) ?? [])]
      return named.flatMap(([server, at]) => (now - at < keptMs ? [server] : []))
    },
  }
}
