import { type Mac, macOfBytes } from '../src/wire/address.ts'

/** The MAC of machine `n`; groups of machines have none in common. */
export function macOf(group: number, n: number): Mac {
  return macOfBytes(Uint8Array.of(0x52, 0x54, group, n >> 16, n >> 8, n))
}
