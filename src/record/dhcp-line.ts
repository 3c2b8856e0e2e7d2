import type { Answer } from '../boot/decide.ts'
import type { DhcpData, ForeignData } from '../boot/event-data.ts'
import type { Network } from '../boot/host.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { bootOptionsOf, type Rival } from '../dhcp/rivals.ts'
import { formatIpv4, ipv4OfBytes } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'

/** The other DHCP servers that answer in a network. */
export type RivalsOf = (network: Network) => readonly Rival[]

/** Who else gave it the address, and whether its boot options are in the way of ours. */
export function foreignOf(
  { kind, asked, network, client }: Outcome,
  packet: DhcpPacket,
  rivals: RivalsOf,
): { text: string; data: ForeignData } | undefined {
  const id = packet.options.get(option.serverId)
  if (asked !== 'request' || !network || !client || id?.length !== 4) return undefined
  const server = ipv4OfBytes(id)
  // A relay may have us called by its own address: whom we answer has taken ours.
  const isOurs = server === network.serverAddress || (network.mode === 'server' && kind === 'reply')
  if (isOurs || network.mode === 'none') return undefined
  const rival = rivals(network).find(other => other.server === server)
  const boot = rival && bootOptionsOf(rival)
  const name = formatIpv4(server)
  const mayWin = boot === undefined ? '' : `, which ${boot} too: that may win over ours`
  return {
    text: `takes its address from the DHCP server ${name}${mayWin}`,
    data: { server: name, ...(boot !== undefined && { boot }) },
  }
}

/** What the doctor reads of a packet and its answer. */
export function dhcpData(outcome: Outcome, mac: string): DhcpData {
  const { asked = '', client, answer, network } = outcome
  const replied = outcome.kind === 'reply' ? messageNameOfPacket(outcome.reply) : undefined
  const via = outcome.kind === 'reply' && outcome.via === 'proxy'
  return {
    ...{ mac, asked, answer: (replied ?? 'none') as DhcpData['answer'] },
    proxy: via || network?.mode === 'proxy',
    ...(client && { stage: client.stage, arch: client.arch }),
    ...(answer && answer.kind !== 'boot' && { boot: answer.kind }),
    ...(answer?.kind === 'load' && { file: answer.file }),
    ...(outcome.kind === 'none' && { reason: outcome.reason }),
    ...(outcome.kind === 'reply' && answer?.kind === 'none' && { reason: answer.reason }),
  }
}

/** Machines that netboot are worth a line whatever they got; of others only what they have in the end. */
export function isSettled(outcome: Outcome): boolean {
  return outcome.kind === 'reply' && messageNameOfPacket(outcome.reply) !== 'offer'
}

/** `DHCP DISCOVER (firmware, bios) -> OFFER 10.0.0.5, loader undionly.kpxe: node1 is pending` */
export function dhcpLine(outcome: Outcome): string {
  const { client, answer, reason, asked } = outcome
  const who = client ? ` (${client.stage}, ${client.arch})` : ''
  const head = `DHCP ${(asked ?? 'packet').toUpperCase()}${who}`
  if (outcome.kind === 'none') return `${head}: no reply: ${reason}`
  const { reply, via, network } = outcome
  const type = `${network.mode === 'proxy' || via === 'proxy' ? 'proxy ' : ''}${(messageNameOfPacket(reply) ?? 'reply').toUpperCase()}`
  const given = reply.yiaddr === 0 ? '' : ` ${formatIpv4(reply.yiaddr)}`
  const boot = client && answer ? `${bootWords(answer)}: ${answer.reason}` : ''
  return `${head} -> ${type}${given}${boot || (given ? '' : `: ${reason}`)}`
}

function bootWords(answer: Answer): string {
  switch (answer.kind) {
    case 'load':
      return `, loader ${answer.file}`
    case 'chain':
      return ', its script'
    case 'image':
      return ', its disc'
    case 'local':
      return ', boot your disk'
    case 'none':
    case 'boot':
      return ''
  }
}
