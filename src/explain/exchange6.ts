import { typesOfArch } from '../boot/arch.ts'
import { hasIpv6, type NetworkWith6 } from '../boot/network-address.ts'
import type { Arrival6 } from '../dhcp6/network.ts'
import { type Ipv6, ipv6OfNumber, ipv6ToNumber } from '../wire/ipv6.ts'
import { bootSolicit, requestOf6 } from './boot-solicit.ts'
import type { AskingStage, Booter, Exchanged } from './exchange.ts'
import { shownDhcp6 } from './question.ts'
import type { Rehearsal } from './rehearsal.ts'

/** SOLICIT and, where there is something to take, REQUEST: to port 4011 where no address came with it. */
export function exchange6(stage: AskingStage, booter: Booter, rehearsal: Rehearsal): Exchanged[] {
  const { mac, arch, network } = booter
  if (!hasIpv6(network)) return []
  const solicit = bootSolicit({ mac, stage, type: typesOfArch(arch, stage === 'http-firmware')[0] })
  const arrival = arrivalOf(network, booter)
  const advertised = rehearsal.dhcp6(solicit, arrival, Date.now())
  const first = { shown: shownDhcp6(advertised, arrival, 547), answer: advertised.answer }
  if (advertised.kind === 'none') return [first]
  const gives = advertised.address !== undefined
  // EDK2's PXE asks there; its HTTP Boot takes the URL out of the ADVERTISE.
  if (!gives && stage !== 'firmware') return [first]
  const to = gives ? arrival : { ...arrival, isProxyPort: true as const }
  const taken = rehearsal.dhcp6(requestOf6(solicit, advertised.reply), to, Date.now())
  const second = { shown: shownDhcp6(taken, to, gives ? 547 : 4011), answer: taken.answer }
  return [first, second]
}

/** From an address in the network, so that it is this one whatever their interfaces are. */
function arrivalOf({ ipv6 }: NetworkWith6, { mac }: Booter): Arrival6 {
  return { source: addressIn(ipv6.subnet.base), port: 546, neighbour: mac }
}

function addressIn(base: Ipv6): Ipv6 {
  return ipv6OfNumber(ipv6ToNumber(base) + 0x100n)
}
