import type { NetworkWith6 } from '../boot/network-address.ts'
import { option6, status6 } from '../wire/dhcp6-codes.ts'
import {
  type Dhcp6Option,
  type Dhcp6Packet,
  option6Of,
  writeOptions6,
} from '../wire/dhcp6-packet.ts'
import {
  type IaNa,
  iaAddressOfBytes,
  iaAddressToOption,
  iaNaOfBytes,
  iaNaToOption,
  statusToOption,
} from '../wire/dhcp6-values.ts'
import type { Ipv6 } from '../wire/ipv6.ts'

/** So many identity associations of a packet are looked at: a machine has one or two. */
const most = 16

/** What a packet asks addresses for. Throws WireError where one is cut short. */
export function associationsOf({ options }: Dhcp6Packet): IaNa[] {
  return options
    .filter(([code]) => code === option6.iaNa)
    .slice(0, most)
    .map(([, value]) => iaNaOfBytes(value))
}

/** The addresses that an association names. Throws WireError where one is cut short. */
export function addressesIn({ options }: IaNa): Ipv6[] {
  return options
    .filter(([code]) => code === option6.iaAddress)
    .slice(0, most)
    .map(([, value]) => iaAddressOfBytes(value).address)
}

/** An association with an address, and the others that it named with no time left (RFC 8415 section 18.3.4). */
export function granted(asked: IaNa, address: Ipv6, { leaseSeconds }: NetworkWith6): Dhcp6Option {
  const time = Math.min(leaseSeconds, 0xffffffff)
  const ended = addressesIn(asked).filter(other => other !== address)
  return iaNaToOption({
    iaid: asked.iaid,
    t1: Math.floor(time * 0.5),
    t2: Math.floor(time * 0.8),
    options: [
      iaAddressToOption({ address, preferred: time, valid: time }),
      ...ended.map(other => iaAddressToOption({ address: other, preferred: 0, valid: 0 })),
    ],
  })
}

/** An association without an address, and why. */
export function denied({ iaid }: IaNa, status: number, message: string): Dhcp6Option {
  return iaNaToOption({ iaid, t1: 0, t2: 0, options: [statusToOption(status, message)] })
}

/** What is asked of us that we have not: prefixes (RFC 8415 section 18.3.9). */
export function noPrefixes({ options }: Dhcp6Packet): Dhcp6Option[] {
  return options
    .filter(([code, value]) => code === option6.iaPd && value.length >= 12)
    .slice(0, most)
    .map(([code, value]) => [code, withoutPrefix(value.subarray(0, 4))])
}

/** An IAID with no times, and why. */
function withoutPrefix(iaid: Uint8Array): Uint8Array {
  const why = writeOptions6([statusToOption(status6.noPrefix, 'no prefixes here')])
  return Uint8Array.from([...iaid, 0, 0, 0, 0, 0, 0, 0, 0, ...why])
}

/** Whether the packet asks for this option, or says no list at all. */
export function wants({ options }: Dhcp6Packet, code: number): boolean {
  const list = option6Of(options, option6.requestList)
  if (!list) return true
  for (let at = 0; at + 1 < list.length; at += 2)
    if (((list[at] ?? 0) << 8) + (list[at + 1] ?? 0) === code) return true
  return false
}
