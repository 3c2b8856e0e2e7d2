import { printable } from '../base/printable.ts'
import { type Arch, archOfTypes } from '../boot/arch.ts'
import type { Client } from '../boot/client.ts'
import type { Claimant6 } from '../boot/lease6.ts'
import { type Mac, toHex } from '../wire/address.ts'
import { u16ListOfBytes } from '../wire/dhcp-values.ts'
import { option6 } from '../wire/dhcp6-codes.ts'
import { type Dhcp6Packet, option6Of } from '../wire/dhcp6-packet.ts'
import { duidOfBytes, lengthTextsOfBytes, macOfLinkLayer } from '../wire/dhcp6-values.ts'
import { macOfLinkLocal } from '../wire/ipv6.ts'
import type { Arrival6 } from './network.ts'

/** Longer ones are no DUID (RFC 8415 section 11.1). */
const longestDuid = 130

/**
 * Who sent a packet; `undefined` without a client identifier that could be one. Its MAC is, the surest
 * first, what the relay next to it says (RFC 6939), what its link-local address was made of, what the
 * kernel has for that address, or what stands in its DUID, which may be another card's.
 */
export function claimantOf(packet: Dhcp6Packet, arrival: Arrival6): Claimant6 | undefined {
  const value = option6Of(packet.options, option6.clientId)
  if (!value || value.length < 3 || value.length > longestDuid) return undefined
  const duid = toHex(value)
  const mac = macOf(packet, arrival, value)
  return { duid, ...(mac === undefined ? {} : { mac }) }
}

/** The MAC of whoever sent a packet, as far as anything tells it. */
function macOf({ relays }: Dhcp6Packet, arrival: Arrival6, duid: Uint8Array): Mac | undefined {
  const nearest = relays.at(-1)
  const told = nearest && option6Of(nearest.options, option6.linkLayerAddress)
  return (
    (told && macOfLinkLayer(told)) ??
    macOfLinkLocal(nearest?.peer ?? arrival.source) ??
    (nearest ? undefined : arrival.neighbour) ??
    duidOfBytes(duid).mac
  )
}

/**
 * What the booting client of a MAC says of itself (RFC 5970); `undefined` for an ordinary one. iPXE says the
 * class of the firmware that it came from, and its own.
 */
export function readClient6({ options }: Dhcp6Packet, mac: Mac): Client | undefined {
  const vendorClass = vendorClassOf(option6Of(options, option6.vendorClass))
  const stage = stageOf(option6Of(options, option6.userClass), vendorClass)
  if (!stage) return undefined
  const types = u16ListOfBytes(option6Of(options, option6.clientArch) ?? new Uint8Array())
  const arch: Arch = archOfTypes(types, vendorClass)
  const { uuid } = duidOfBytes(option6Of(options, option6.clientId) ?? new Uint8Array())
  return {
    mac,
    arch,
    ...(uuid === undefined ? {} : { uuid }),
    ...(vendorClass === '' ? {} : { vendorClass }),
    stage,
    capable: stage === 'ipxe',
  }
}

function stageOf(
  userClass: Uint8Array | undefined,
  vendorClass: string,
): Client['stage'] | undefined {
  if (userClass && lengthTextsOfBytes(userClass).includes('iPXE')) return 'ipxe'
  if (vendorClass.startsWith('HTTPClient')) return 'http-firmware'
  return vendorClass.startsWith('PXEClient') ? 'firmware' : undefined
}

/** The first of the texts behind the number of the enterprise. */
function vendorClassOf(value: Uint8Array | undefined): string {
  const [first = ''] = value ? lengthTextsOfBytes(value.subarray(4)) : []
  return printable(first)
}
