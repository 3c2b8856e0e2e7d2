import { quotedText } from '../base/printable.ts'
import { hexPairs } from '../wire/address.ts'
import { textOfBytes } from '../wire/dhcp-values.ts'
import { messageName6Of, option6 } from '../wire/dhcp6-codes.ts'
import type { Dhcp6Option, Dhcp6Packet, Dhcp6Relay } from '../wire/dhcp6-packet.ts'
import { iaAddressOfBytes, iaNaOfBytes, lengthTextsOfBytes } from '../wire/dhcp6-values.ts'
import { readable } from '../wire/error.ts'
import { ipv6OfBytes } from '../wire/ipv6.ts'

/**
 * A DHCPv6 packet as text for people: a line for each relay and each option, in the order they stand in. The
 * same packet always gives the same text. Never throws.
 */
export function describe6({ type, xid, options, relays }: Dhcp6Packet): string {
  const head = `${messageName6Of(type) ?? `type ${type}`} xid 0x${xid.toString(16).padStart(6, '0')}`
  return `${[...relays.map(relayLine), head, ...options.map(describeOption)].join('\n')}\n`
}

function relayLine({ link, peer }: Dhcp6Relay): string {
  return `relay link ${link} peer ${peer}`
}

function describeOption([code, value]: Dhcp6Option): string {
  const known = shown[code]
  return `${code} ${known?.[0] ?? 'option'}: ${(known && readable(() => known[1](value))) ?? hexPairs(value)}`
}

/** A value as text; throws WireError when its bytes are not what the option should hold. */
type Show6 = (value: Uint8Array) => string

const texts: Show6 = value => lengthTextsOfBytes(value).map(quotedText).join(' ')
const addresses: Show6 = value =>
  Array.from({ length: Math.ceil(value.length / 16) }, (_, n) => ipv6OfBytes(value, n * 16)).join(
    ' ',
  )

const shown: Readonly<Record<number, readonly [name: string, show: Show6]>> = {
  [option6.clientId]: ['client id', hexPairs],
  [option6.serverId]: ['server id', hexPairs],
  [option6.iaNa]: ['addresses', associationText],
  [option6.preference]: ['preference', value => `${value[0]}`],
  [option6.statusCode]: ['status', statusText],
  [option6.rapidCommit]: ['rapid commit', hexPairs],
  [option6.userClass]: ['user class', texts],
  [option6.vendorClass]: ['vendor class', value => texts(value.subarray(4))],
  [option6.dns]: ['dns', addresses],
  [option6.bootFileUrl]: ['boot file URL', value => quotedText(textOfBytes(value))],
}

function associationText(value: Uint8Array): string {
  const { options, t1, t2 } = iaNaOfBytes(value)
  const parts = options.flatMap(([code, inner]) => {
    if (code === option6.statusCode) return [`status ${statusText(inner)}`]
    if (code !== option6.iaAddress) return []
    const { address, preferred, valid } = iaAddressOfBytes(inner)
    return [`${address} for ${preferred} s and ${valid} s`]
  })
  return [...parts, `again after ${t1} s and ${t2} s`].join(', ')
}

function statusText(value: Uint8Array): string {
  const [high = 0, low = 0] = value
  return `${(high << 8) | low} ${quotedText(textOfBytes(value.subarray(2)))}`
}
