import { type Arch, typesOfArch } from '../boot/arch.ts'
import type { Stage } from '../boot/client.ts'
import type { Answer } from '../boot/decide.ts'
import type { Network } from '../boot/host.ts'
import { hasIpv4, type NetworkWith4 } from '../boot/network-address.ts'
import { type Ipv4, type Mac, unspecified } from '../wire/address.ts'
import { bootDiscover, requestOf } from './boot-discover.ts'
import { type Shown, shownDhcp } from './question.ts'
import type { Rehearsal } from './rehearsal.ts'

/** A client that is about to boot. */
export interface Booter {
  readonly mac: Mac
  readonly arch: Arch
  readonly network: Network
  /** It asks by DHCPv6. */
  readonly overIpv6: boolean
}

/** Who asks by DHCP. */
export type AskingStage = Exclude<Stage, 'script'>

/** What became of one packet. */
export interface Exchanged {
  readonly shown: Shown
  readonly answer: Answer | undefined
}

/** DISCOVER and, where there is an offer to take, REQUEST. */
export function exchange4(stage: AskingStage, booter: Booter, rehearsal: Rehearsal): Exchanged[] {
  const { mac, arch, network } = booter
  if (!hasIpv4(network)) return []
  const type = typesOfArch(arch, stage === 'http-firmware')[0]
  const packet = bootDiscover({ mac, stage, arch, type })
  const outcome = rehearsal.dhcp(packet, arrivalOf(network, 'dhcp'))
  const offered = { shown: shownDhcp(outcome, 67), answer: outcome.answer }
  if (outcome.kind === 'none') return [offered]
  const gives = outcome.reply.yiaddr !== unspecified
  // Beside another DHCP server a boot file that was not in the offer is asked for on port 4011.
  const asksProxy = !gives && outcome.answer?.kind === 'load' && outcome.answer.binl === true
  if (!gives && !asksProxy) return [offered]
  const request = requestOf(packet, outcome.reply)
  const taken = rehearsal.dhcp(request, arrivalOf(network, asksProxy ? 'proxy' : 'dhcp'))
  return [offered, { shown: shownDhcp(taken, asksProxy ? 4011 : 67), answer: taken.answer }]
}

/** As it comes from the network's own link. */
function arrivalOf(network: NetworkWith4, port: 'dhcp' | 'proxy') {
  const address = port === 'dhcp' ? unspecified : ((network.subnet.base + 2) as Ipv4)
  return {
    network,
    broadcast: port === 'dhcp',
    port,
    source: { address, port: 68 },
    serverPort: 67,
  }
}
