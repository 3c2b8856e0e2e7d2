import type { Arch } from '../boot/arch.ts'
import { typesOfArch } from '../boot/arch.ts'
import { bootDiscover, requestOf } from '../explain/boot-discover.ts'
import { type Ipv4, type Mac, macToBytes } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { ClientKind } from './client-kind.ts'

/** One client that asks: every question of it carries its MAC and its transaction id. */
export interface ProbeClient {
  readonly kind: ClientKind
  readonly mac: Mac
  readonly xid: number
}

const archOf: Readonly<Record<ClientKind, Arch>> = {
  bios: 'bios',
  uefi: 'x64-efi',
  'uefi-http': 'x64-efi',
  ipxe: 'bios',
}

const stageOf = {
  bios: 'firmware',
  uefi: 'firmware',
  'uefi-http': 'http-firmware',
  ipxe: 'ipxe',
} as const

/** What ROMs ask for (RFC 2132 option 55), as far as it matters for booting. */
const wanted = Uint8Array.of(1, 3, 6, 12, 15, 43, 54, 60, 66, 67, 175)

/** The DISCOVER of a client, answered by broadcast: nobody has the address that is offered (RFC 2131). */
export function discoverOf({ kind, mac, xid }: ProbeClient): DhcpPacket {
  const [type] = typesOfArch(archOf[kind], kind === 'uefi-http')
  const discover = bootDiscover({ mac, stage: stageOf[kind], arch: archOf[kind], type })
  const chaddr = new Uint8Array(16)
  chaddr.set(macToBytes(mac))
  const own: [number, Uint8Array][] = [
    [option.parameterList, wanted],
    [option.clientInterface, Uint8Array.of(1, 3, 0)],
    [option.clientUuid, uuidOf(mac)],
  ]
  return { ...discover, xid, chaddr, options: new Map([...discover.options, ...own]) }
}

/** The question to a boot server on port 4011 (PXE 2.1 section 2.2.3), from an address that we have. */
export function bootServerRequest(client: ProbeClient, offer: DhcpPacket, own: Ipv4): DhcpPacket {
  const request = requestOf(discoverOf(client), { ...offer, yiaddr: 0 as Ipv4 })
  return { ...request, ciaddr: own, flags: 0 }
}

/** Version 8 (RFC 9562): a UUID of this program's probes alone, the MAC as its node. */
function uuidOf(mac: Mac): Uint8Array {
  const head = [0, 0x62, 0x6f, 0x6f, 0x74, 0x70, 0x72, 0x80, 0x6f, 0x80, 0x62]
  return Uint8Array.of(...head, ...macToBytes(mac))
}
