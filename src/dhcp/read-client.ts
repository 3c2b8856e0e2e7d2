import { printable } from '../base/printable.ts'
import { type Arch, archOfTypes, hasNoClass, isEfi, isUboot } from '../boot/arch.ts'
import type { Client } from '../boot/client.ts'
import { type Mac, macOfBytes } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, infiniBand } from '../wire/dhcp-packet.ts'
import {
  textOfBytes,
  u16ListOfBytes,
  userClassesOfBytes,
  uuidOfBytes,
} from '../wire/dhcp-values.ts'
import { ipxeFeaturesOfBytes } from '../wire/ipxe-options.ts'
import { portsOf } from './relay.ts'

const nobody = '00:00:00:00:00:00'

/**
 * Types of hardware whose addresses are MACs: Ethernet; IEEE 802, which some old stacks still claim; and
 * InfiniBand, where UEFI makes one of its port's GUID. iPXE does too, and says Ethernet.
 */
const macTypes: readonly number[] = [1, 6, infiniBand]

type HardwareFields = Pick<DhcpPacket, 'htype' | 'hlen' | 'chaddr'>

/** The sender's MAC; `undefined` for other hardware, for 00:00:00:00:00:00 and for group addresses. */
export function macOfPacket(packet: DhcpPacket): Mac | undefined {
  const { htype, hlen } = packet
  if (htype === infiniBand && (hlen === 0 || hlen > 16))
    return macOfGuid(packet.options.get(option.clientId))
  return macOfSender(packet)
}

/** The MAC in the header of what cannot be read as DHCP, where it looks like a client's. */
export function macOfHeader(datagram: Uint8Array): Mac | undefined {
  const [op, htype = 0, hlen = 0] = datagram
  const chaddr = datagram.subarray(28, 44)
  return op === 1 && chaddr.length === 16 ? macOfSender({ htype, hlen, chaddr }) : undefined
}

function macOfSender({ htype, hlen, chaddr }: HardwareFields): Mac | undefined {
  // gPXE, and iPXE before 2012: the whole GUID.
  if (htype === infiniBand && hlen === 8) return macOfGuid(chaddr.subarray(0, 8))
  if (!macTypes.includes(htype) || hlen !== 6) return undefined
  if (((chaddr[0] ?? 1) & 1) === 1) return undefined
  const mac = macOfBytes(chaddr)
  return mac === nobody ? undefined : mac
}

/**
 * Systems on InfiniBand have no hardware address in the header, and a client identifier that ends in their
 * port's GUID (RFC 4390 section 2.1). The MAC is the GUID without its middle, as iPXE makes it.
 */
function macOfGuid(value: Uint8Array | undefined): Mac | undefined {
  if (!value || value.length < 8) return undefined
  const [a = 0, b = 0, c = 0, , , d = 0, e = 0, f = 0] = value.subarray(-8)
  const mac = macOfBytes(Uint8Array.of(a & 0xfe, b, c, d, e, f))
  return mac === nobody ? undefined : mac
}

/**
 * What the booting client of a MAC says of itself (RFC 4578, RFC 5970, iPXE's option 175). `undefined`
 * for an ordinary DHCP client. iPXE looks like the PXE ROM it came from, so it is looked for first.
 */
export function readClient(packet: DhcpPacket, mac: Mac): Client | undefined {
  const vendorClass = optionText(packet, option.vendorClass)
  const stage = readStage(packet, vendorClass)
  if (!stage) return undefined
  const arch = readArch(packet, vendorClass, mac)
  const uuid = readUuid(packet)
  const ports = portsOf(packet)
  return {
    mac,
    arch,
    ...(uuid === undefined ? {} : { uuid }),
    ...(vendorClass === '' ? {} : { vendorClass }),
    ...(ports ? { ports } : {}),
    stage,
    capable: stage === 'ipxe' && isCapable(packet, arch),
  }
}

function readStage(packet: DhcpPacket, vendorClass: string): Client['stage'] | undefined {
  if (isIpxe(packet)) return 'ipxe'
  if (vendorClass.startsWith('HTTPClient')) return 'http-firmware'
  if (vendorClass.startsWith('PXEClient') || isUbootClass(vendorClass)) return 'firmware'
  return vendorClass === '' && archWithoutClass(packet) ? 'firmware' : undefined
}

/** What it wants to hear: these five, its own type where it has one, and where the config of PXELINUX is. */
const askedByLibnet: readonly number[] = [
  ...[option.subnetMask, option.router, option.dns, option.tftpServer, option.bootFile],
  ...[option.clientArch, option.configFile, option.pathPrefix],
]

/**
 * U-Boot may be built without a class of its own, and says what it is by its type. The loaders of POWER and
 * s390x say theirs in the REQUEST alone, whose answer they go by; their DISCOVERs are alike, and known by what
 * they want to hear (SLOF, lib/libnet/dhcp.c). No other client asks for just that.
 */
function archWithoutClass(packet: DhcpPacket): Arch | undefined {
  const types = archTypes(packet)
  if (types.length > 0) {
    const arch = firstKnown(types)
    return isUboot(arch) || hasNoClass(arch) ? arch : undefined
  }
  const asked = packet.options.get(option.parameterList) ?? new Uint8Array()
  if (!askedByLibnet.slice(0, 5).every(code => asked.includes(code))) return undefined
  return asked.every(code => askedByLibnet.includes(code)) ? 'ppc64' : undefined
}

/** Whether option 60 says `PXEClient`: the only clients that port 4011 is for. */
export function isPxeClient(packet: DhcpPacket): boolean {
  return optionText(packet, option.vendorClass).startsWith('PXEClient')
}

function isIpxe(packet: DhcpPacket): boolean {
  if (packet.options.has(option.ipxe)) return true
  const value = packet.options.get(option.userClass)
  const classes = value ? userClassesOfBytes(value) : []
  return classes.includes('iPXE') || classes.includes('gPXE')
}

/**
 * Our scripts need HTTP and the kernel format of the arch. A machine's own iPXE may be built without
 * (VirtualBox). One that names no features at all is taken at its word.
 */
function isCapable(packet: DhcpPacket, arch: Arch): boolean {
  const features = ipxeFeaturesOfBytes(packet.options.get(option.ipxe) ?? new Uint8Array())
  if (features.size === 0) return true
  if (!features.has('http')) return false
  if (arch === 'bios') return features.has('bzimage')
  return isEfi(arch) ? features.has('efi') : true
}

function readArch(packet: DhcpPacket, vendorClass: string, mac: Mac): Arch {
  const arch = declaredArch(packet, vendorClass)
  return arch === 'bios' && isRaspberryPi(packet, mac) ? 'rpi' : arch
}

function declaredArch(packet: DhcpPacket, vendorClass: string): Arch {
  const types = archTypes(packet)
  if (isUbootClass(vendorClass)) return ubootArch(vendorClass, firstKnown(types))
  if (vendorClass === '') return archWithoutClass(packet) ?? archOfTypes(types)
  return archOfTypes(types, vendorClass)
}

function firstKnown(types: readonly number[]): Arch {
  return types.length === 0 ? 'unknown' : archOfTypes(types)
}

function archTypes(packet: DhcpPacket): number[] {
  return u16ListOfBytes(packet.options.get(option.clientArch) ?? new Uint8Array())
}

function isUbootClass(vendorClass: string): boolean {
  return /^u-boot/i.test(vendorClass)
}

/** It says the type of the firmware that its processor usually has, or 0: none of them runs in it. */
function ubootArch(vendorClass: string, said: Arch): Arch {
  if (/^u-boot\.armv8/i.test(vendorClass) || said.startsWith('arm64-')) return 'arm64-uboot'
  if (/^u-boot\.arm/i.test(vendorClass) || said.startsWith('arm32-')) return 'arm32-uboot'
  return 'uboot'
}

const raspberryPiVendors: ReadonlySet<string> = new Set([
  'b8:27:eb',
  'dc:a6:32',
  'e4:5f:01',
  '28:cd:c1',
  'd8:3a:dd',
])

/** Their ROMs say arch 0. The later ones begin option 97 with the letters `RPi`. */
function isRaspberryPi(packet: DhcpPacket, mac: Mac): boolean {
  const uuid = packet.options.get(option.clientUuid)
  const marked = uuid?.[1] === 0x52 && uuid[2] === 0x50 && uuid[3] === 0x69
  return marked || raspberryPiVendors.has(mac.slice(0, 8))
}

function readUuid(packet: DhcpPacket): string | undefined {
  return uuidOfBytes(packet.options.get(option.clientUuid) ?? new Uint8Array())
}

function optionText(packet: DhcpPacket, code: number): string {
  const value = packet.options.get(code)
  return value ? printable(textOfBytes(value)) : ''
}
