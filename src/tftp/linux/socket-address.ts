import { formatIpv4, type Ipv4, parseIpv4 } from '../../wire/address.ts'
import { ipv6OfBytes, ipv6ToBytes, parseIpv6 } from '../../wire/ipv6.ts'
import type { Sender } from '../sender.ts'

/** A sender with the kernel's own form of it, which answers go back with. */
export interface KernelSender extends Sender {
  readonly raw: Uint8Array
}

export const familyIpv4 = 2
export const familyIpv6 = 10
const ipv4Bytes = 16
const ipv6Bytes = 28

/**
 * `struct sockaddr_in` or `sockaddr_in6` (ip(7), ipv6(7)). A zone is a number, as {@link readSocketAddress}
 * writes it. Throws for what is no address.
 */
export function writeSocketAddress({ address, port }: Sender): Uint8Array {
  const ipv4 = parseIpv4(address)
  const raw = new Uint8Array(ipv4 === undefined ? ipv6Bytes : ipv4Bytes)
  const view = new DataView(raw.buffer)
  view.setUint16(2, port)
  if (ipv4 !== undefined) {
    view.setUint16(0, familyIpv4, true)
    view.setUint32(4, ipv4)
    return raw
  }
  const [text = '', zone = '0'] = address.split('%')
  const ipv6 = parseIpv6(text)
  if (ipv6 === undefined) throw new Error(`${address} is no address`)
  view.setUint16(0, familyIpv6, true)
  raw.set(ipv6ToBytes(ipv6), 8)
  view.setUint32(24, Number(zone), true)
  return raw
}

/** Reads what the kernel wrote; bytes that are no address are one that nobody can be answered at. */
export function readSocketAddress(bytes: Uint8Array): KernelSender {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const family = bytes.length < ipv4Bytes ? 0 : view.getUint16(0, true)
  if (family === familyIpv4) {
    const address = formatIpv4(view.getUint32(4) as Ipv4)
    return { address, port: view.getUint16(2), raw: copied(bytes, ipv4Bytes) }
  }
  if (family !== familyIpv6 || bytes.length < ipv6Bytes) {
    return { address: '0.0.0.0', port: 0, raw: new Uint8Array() }
  }
  const zone = view.getUint32(24, true)
  const address = `${ipv6OfBytes(bytes, 8)}${zone === 0 ? '' : `%${zone}`}`
  return { address, port: view.getUint16(2), raw: copied(bytes, ipv6Bytes) }
}

/** Not `slice`, which of a Buffer is a view: the kernel writes the next name there. */
function copied(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from(bytes.subarray(0, length))
}
