import type { ContentOf } from '../boot/event.ts'
import type { DhcpData } from '../boot/event-data.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { foreignBootOf, type Rival } from '../dhcp/rivals.ts'
import { formatIpv4, ipv4OfBytes } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'

/** The other DHCP servers that answer in a network. */
export type RivalsOf = (network: NetworkWith4) => readonly Rival[]

/** Who else gave it the address, and whether its boot options are in the way of ours. */
export function foreignEvent(
  { kind, asked, network, client }: Outcome,
  packet: DhcpPacket,
  rivals: RivalsOf,
): ContentOf<'dhcp'> | undefined {
  const id = packet.options.get(option.serverId)
  if (asked !== 'request' || !network || !client || id?.length !== 4) return undefined
  const server = ipv4OfBytes(id)
  // A relay may have us called by its own address: whom we answer has taken ours.
  const isOurs = server === network.serverAddress || (network.mode === 'server' && kind === 'reply')
  if (isOurs || network.mode === 'none') return undefined
  const rival = rivals(network).find(other => other.server === server)
  const boot = rival && foreignBootOf(rival)
  const data = { server: formatIpv4(server), ...(boot && { boot }) }
  return { kind: 'dhcp', code: 'foreign', data }
}

/** A packet and what it was answered. */
export function dhcpEvent(outcome: Outcome): ContentOf<'dhcp'> {
  const { asked = '', mac = '', client, answer, network, why } = outcome
  const replied = outcome.kind === 'reply' ? messageNameOfPacket(outcome.reply) : undefined
  const given = outcome.kind === 'reply' ? outcome.reply.yiaddr : 0
  const via = outcome.kind === 'reply' && outcome.via === 'proxy'
  const boots = outcome.kind === 'reply' && client && answer
  const data: DhcpData = {
    ...{ mac, asked, answer: (replied ?? 'none') as DhcpData['answer'] },
    proxy: via || network?.mode === 'proxy',
    ...(given !== 0 && { address: formatIpv4(given) }),
    ...(client && { stage: client.stage, arch: client.arch }),
    ...(answer && answer.kind !== 'boot' && { boot: answer.kind }),
    ...(answer?.kind === 'load' && { file: answer.file }),
    why: boots ? answer.why : why,
  }
  return { kind: 'dhcp', code: outcome.kind === 'reply' ? 'answered' : 'ignored', data }
}

/** Packets that nobody else tells of: who sent them gets no answer and does not know why. */
export function isLost({ why }: Outcome): boolean {
  return ['malformed', 'no-message-type', 'no-ethernet-address'].includes(why.code)
}

/** Machines that netboot are worth a line whatever they got; of others only what they have in the end. */
export function isSettled(outcome: Outcome): boolean {
  return outcome.kind === 'reply' && messageNameOfPacket(outcome.reply) !== 'offer'
}
