import { randomBytes } from 'node:crypto'
import { type Mac, macOfBytes } from '../../wire/address.ts'

/** A locally administered MAC, so that it is nobody's. */
export function randomMac(): Mac {
  const bytes = randomBytes(6)
  bytes[0] = ((bytes[0] ?? 0) & 0xfc) | 0x02
  return macOfBytes(bytes)
}
