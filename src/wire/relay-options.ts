import type { DhcpOptions } from './dhcp-options.ts'

/** Sub-options of option 82, which relays add (RFC 3046). */
export const relayOption = {
  circuitId: 1,
  remoteId: 2,
  /** The subnet to choose an address from, instead of giaddr's (RFC 3527). */
  linkSelection: 5,
  /** Bit 7: the client's packet came to the relay by unicast (RFC 5010). */
  flags: 10,
  /** What clients are to take for the server's address (RFC 5107). */
  serverIdOverride: 11,
  /** Without a value: replies go to the port that the relay sent from (RFC 8357). */
  sourcePort: 19,
} as const

/**
 * Reads the sub-options of option 82. Unlike in an options field there is neither padding nor an END.
 * Of one that comes twice the first counts. It reads up to one that runs past the end and never throws:
 * what relays write there must not keep their clients from an address.
 */
export function decodeRelayOptions(bytes: Uint8Array): DhcpOptions {
  const found: DhcpOptions = new Map()
  let at = 0
  while (at < bytes.length) {
    const code = bytes[at] ?? 0
    const length = bytes[at + 1]
    const from = at + 2
    if (length === undefined || from + length > bytes.length) break
    if (!found.has(code)) found.set(code, bytes.subarray(from, from + length))
    at = from + length
  }
  return found
}
