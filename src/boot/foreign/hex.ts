import { hexPairs } from '../../wire/address.ts'
import { u16ToBytes } from '../../wire/dhcp-values.ts'
import { vendorClassToOption } from '../../wire/dhcp6-values.ts'

/** A type of option 93 or 61, as `00:07`. */
export function hexOfType(type: number): string {
  return hexPairs(u16ToBytes(type)).replaceAll(' ', ':')
}

/** The vendor class of DHCPv6 under which UEFI HTTP Boot takes a URL, as `00:00:01:57:…`. */
export const httpClassHex: string = hexPairs(vendorClassToOption(343, 'HTTPClient')[1]).replaceAll(
  ' ',
  ':',
)
