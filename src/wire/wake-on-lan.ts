import { type Mac, macToBytes } from './address.ts'

/** AMD's "Magic Packet": six bytes of ones, then the MAC sixteen times. */
export function magicPacket(mac: Mac): Uint8Array {
  const packet = new Uint8Array(102).fill(0xff)
  for (let n = 0; n < 16; n++) packet.set(macToBytes(mac), 6 + 6 * n)
  return packet
}
