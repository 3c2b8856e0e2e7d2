import type { Peer } from './files.ts'

/** A packet as it came or left, or the beginning of it. */
export interface TappedPacket {
  readonly client: Peer
  readonly from: Peer
  readonly to: Peer
  readonly bytes: Uint8Array
  /** Bytes that it had. */
  readonly length: number
}

/** Sees the packets of one download. */
export interface Tap {
  heard(bytes: Uint8Array): void
  sent(bytes: Uint8Array): void
}

export type Keep = (packet: TappedPacket) => void

/** Bytes kept of a packet: a request with its options fits. */
const kept = 160
const data = 3
const ack = 4

/**
 * Keeps what tells the story of a download: the request, its answer, the first blocks, errors, and what
 * is sent again. Of the blocks in between, which are thousands, nothing is kept.
 */
export function createTap(client: Peer, server: Peer, keep: Keep): Tap {
  let highest = 0
  let acked = 0
  const take = (bytes: Uint8Array, from: Peer, to: Peer) =>
    keep({
      client,
      from,
      to,
      bytes: Uint8Array.from(bytes.subarray(0, kept)),
      length: bytes.length,
    })

  return {
    heard(bytes: Uint8Array): void {
      const block = blockOf(bytes)
      const isNew = bytes[1] === ack && block !== acked && block > 1
      acked = block
      if (!isNew) take(bytes, client, server)
    },
    sent(bytes: Uint8Array): void {
      const block = blockOf(bytes)
      const isNew =
        bytes[1] === data && ((block - highest) & 0xffff) - 1 < 0x7fff && block !== highest
      if (bytes[1] === data && isNew) highest = block
      if (!isNew || block <= 1) take(bytes, server, client)
    },
  }
}

function blockOf(bytes: Uint8Array): number {
  return ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0)
}
