import type { Stage } from '../boot/client.ts'
import { type Mac, macToBytes } from '../wire/address.ts'
import { textToBytes } from '../wire/dhcp-values.ts'
import { messageType6, option6 } from '../wire/dhcp6-codes.ts'
import { type Dhcp6Option, type Dhcp6Packet, option6Of } from '../wire/dhcp6-packet.ts'
import { iaNaToOption, vendorClassToOption } from '../wire/dhcp6-values.ts'

/** Intel's number at IANA, of whom the classes of PXE are. */
const intel = 343
/** Ethernet, of a DUID that is a MAC (RFC 8415 section 11.4). */
const linkLayerDuid = [0, 3, 0, 1]

/** The SOLICIT that a client of this kind sends, as far as our answer depends on it. */
export function bootSolicit(client: {
  readonly mac: Mac
  readonly stage: Stage
  /** The number in option 61. */
  readonly type: number | undefined
}): Dhcp6Packet {
  const { mac, stage, type = 0 } = client
  const vendor = stage === 'http-firmware' ? 'HTTPClient' : 'PXEClient'
  const pxeClass = `${vendor}:Arch:${String(type).padStart(5, '0')}:UNDI:003016`
  const wanted = [option6.bootFileUrl, option6.dns]
  const userClass: Dhcp6Option = [option6.userClass, Uint8Array.of(0, 4, ...textToBytes('iPXE'))]
  return {
    type: messageType6.solicit,
    xid: 1,
    relays: [],
    options: [
      [option6.clientId, Uint8Array.of(...linkLayerDuid, ...macToBytes(mac))],
      iaNaToOption({ iaid: 1, t1: 0, t2: 0, options: [] }),
      [option6.requestList, Uint8Array.from(wanted.flatMap(code => [code >> 8, code & 255]))],
      [option6.clientArch, Uint8Array.of(type >> 8, type & 255)],
      vendorClassToOption(intel, pxeClass),
      ...(stage === 'ipxe' ? [userClass] : []),
    ],
  }
}

/** The REQUEST that takes what was advertised. */
export function requestOf6(solicit: Dhcp6Packet, advertise: Dhcp6Packet): Dhcp6Packet {
  const taken = [option6.serverId, option6.iaNa].flatMap((code): Dhcp6Option[] => {
    const value = option6Of(advertise.options, code)
    return value ? [[code, value]] : []
  })
  const kept = solicit.options.filter(([code]) => code !== option6.iaNa)
  return { ...solicit, type: messageType6.request, options: [...kept, ...taken] }
}
