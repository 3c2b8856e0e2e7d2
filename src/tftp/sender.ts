import { unspecified } from '../wire/address.ts'
import { parseIpAddress } from '../wire/ip-address.ts'
import type { Peer } from './files.ts'

/** Where a packet came from. */
export interface Sender {
  readonly address: string
  readonly port: number
}

export function keyOf({ address, port }: Sender): string {
  return `${address}:${port}`
}

export function peerOf({ address, port }: Sender): Peer {
  return { address: parseIpAddress(address) ?? unspecified, port }
}
