import { parseIpv4, parseSubnet } from '../wire/address.ts'

/** Whether a text is an address, of IPv4 or IPv6. */
export function isAddress(text: string): boolean {
  if (parseIpv4(text) !== undefined) return true
  return text.includes(':') && !/[%[\]/]/.test(text) && URL.canParse(`http://[${text}]/`)
}

/** Whether a text is an address or a subnet, of IPv4 or IPv6. */
export function isBlock(text: string): boolean {
  if (!text.includes('/')) return isAddress(text)
  if (!text.includes(':')) return parseSubnet(text) !== undefined
  const [address = '', prefix = '', ...rest] = text.split('/')
  return isAddress(address) && /^\d{1,3}$/.test(prefix) && Number(prefix) <= 128 && !rest.length
}
