import { type Arch, hasNoClass, isUboot } from '../boot/arch.ts'
import type { Stage } from '../boot/client.ts'
import { ipv4ToBytes, type Mac, macToBytes, unspecified } from '../wire/address.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'

/** The REQUEST that takes an offer; without an address in the offer, that asks a proxy for its boot file. */
export function requestOf(discover: DhcpPacket, offer: DhcpPacket): DhcpPacket {
  const server = offer.options.get(54) ?? new Uint8Array()
  const taken: [number, Uint8Array][] =
    offer.yiaddr === unspecified
      ? []
      : [
          [50, ipv4ToBytes(offer.yiaddr)],
          [54, server],
        ]
  return { ...discover, options: new Map([...discover.options, [53, Uint8Array.of(3)], ...taken]) }
}

const text = (value: string) => new TextEncoder().encode(value)

/** The DISCOVER that a client of this kind sends, as far as our answer depends on it. */
export function bootDiscover(client: {
  readonly mac: Mac
  readonly stage: Stage
  readonly arch: Arch
  /** The number in option 93. */
  readonly type: number | undefined
}): DhcpPacket {
  const { mac, stage, arch, type = 0 } = client
  const vendor = stage === 'http-firmware' ? 'HTTPClient' : 'PXEClient'
  const pxeClass = `${vendor}:Arch:${String(type).padStart(5, '0')}:UNDI:003000`
  const isBoard = isUboot(arch) && stage === 'firmware'
  const vendorClass: [number, Uint8Array][] = [[60, text(isBoard ? 'U-Boot' : pxeClass)]]
  const ipxe: [number, Uint8Array][] =
    stage === 'ipxe'
      ? [
          [77, text('iPXE')],
          // Features: HTTP, bzImage and EFI images.
          [175, Uint8Array.of(0x13, 1, 1, 0x18, 1, 1, 0x24, 1, 1)],
        ]
      : []
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 1,
    secs: 0,
    flags: 0x8000,
    ciaddr: unspecified,
    yiaddr: unspecified,
    siaddr: unspecified,
    giaddr: unspecified,
    chaddr: macToBytes(mac),
    sname: '',
    file: '',
    options: new Map([
      [53, Uint8Array.of(1)],
      ...(stage === 'firmware' && hasNoClass(arch) ? [] : vendorClass),
      [93, Uint8Array.of(type >> 8, type & 255)],
      ...ipxe,
    ]),
  }
}
