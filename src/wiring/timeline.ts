import type { FastifyBaseLogger } from 'fastify'
import type { Answer } from '../boot/decide.ts'
import type { Host, Network } from '../boot/host.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { bootOptionsOf, type Rival } from '../dhcp/rivals.ts'
import type { SentEvent } from '../http/asset-routes.ts'
import type { Downloads } from '../install/downloads.ts'
import type { Scripts } from '../install/scripts.ts'
import type { TftpEvent } from '../tftp/session.ts'
import { formatIpv4, type Ipv4, ipv4OfBytes, type Mac, parseIpv4 } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import { createLoaderSigns } from './loader-signs.ts'
import type { DaemonMemory } from './memory.ts'
import type { StrangerRing } from './stranger-ring.ts'
import { amount, tftpLine } from './tftp-line.ts'
import type { World } from './world.ts'

export interface TimelineDeps {
  readonly world: World
  readonly memory: DaemonMemory
  readonly strangers: StrangerRing
  readonly scripts: Scripts
  readonly downloads: Downloads
  readonly log: FastifyBaseLogger
  macsOf(address: Ipv4): readonly Mac[]
}

type RivalsOf = (network: Network) => readonly Rival[]

/** Writes what the doors saw into the hosts' timelines and the log: one line a decision. */
export function createTimeline(deps: TimelineDeps) {
  const { world, memory, log } = deps
  const sign = createLoaderSigns(memory)
  const hostAt = (address: Ipv4): Host | undefined =>
    deps
      .macsOf(address)
      .map(mac => world.hostOf(mac))
      .find(host => host !== undefined)

  return {
    dhcp(outcome: Outcome, packet: DhcpPacket, rivals: RivalsOf): void {
      const { asked, mac, client, host, reason } = outcome
      const text = dhcpLine(outcome)
      const fields = { mac, host: host?.name, stage: client?.stage, arch: client?.arch, reason }
      if (!host) {
        if (client && mac) deps.strangers.see(mac, { client, text, at: Date.now() })
        log[client || isSettled(outcome) ? 'info' : 'debug'](fields, text)
        return
      }
      memory.hosts.saveSeen(host.name, Date.now())
      memory.record({ host: host.name, kind: 'dhcp', text })
      log.info(fields, text)
      const foreign = foreignLine(outcome, packet, rivals)
      if (foreign !== undefined) memory.record({ host: host.name, kind: 'dhcp', text: foreign })
      if (asked !== 'discover' || !client) return
      sign(host.name, { kind: 'discover', client })
      deps.scripts.discovered(host.name)
    },

    tftp(event: TftpEvent): void {
      const { kind, peer, size = 0 } = event
      const line = tftpLine(event)
      log[line.isQuiet ? 'debug' : 'info']({ address: formatIpv4(peer.address) }, line.text)
      const { url, text, file } = line
      const host = kind === 'start' && url === undefined ? undefined : hostAt(peer.address)
      if (!host) return
      const isLoader = kind === 'done' && world.loaders().has(file)
      const isOver = kind === 'done' || kind === 'refused'
      if (isOver) sign(host.name, isLoader ? { kind: 'sent', file } : { kind: 'alive' })
      if (url !== undefined) {
        const complete = kind === 'done'
        deps.downloads.sent(host.name, { address: peer.address, url, size, complete })
        deps.scripts.heard(host.name)
      }
      if (line.isQuiet || line.isConfig) return
      const as = url === undefined ? { kind: 'tftp' } : { kind: 'asset', data: { url } }
      memory.record({ host: host.name, text, ...as })
    },

    sent(event: SentEvent): void {
      const address = parseIpv4(event.address)
      const host = address === undefined ? undefined : hostAt(address)
      const name = event.url.slice(event.url.lastIndexOf('/') + 1)
      if (event.complete)
        log.info({ address: event.address, host: host?.name }, `HTTP: ${name} sent`)
      if (!host || address === undefined) return
      const isLoader = event.url.startsWith('/loaders/') && event.complete
      sign(host.name, isLoader ? { kind: 'sent', file: name } : { kind: 'alive' })
      deps.downloads.sent(host.name, { ...event, address })
      deps.scripts.heard(host.name)
      if (!event.complete) return
      const text = `HTTP: ${name} sent, ${amount(event.size)}`
      memory.record({ host: host.name, kind: 'asset', text, data: { url: event.url } })
    },

    script(seen: {
      mac: Mac
      host: Host | undefined
      address: Ipv4
      /** What it asked for. */
      what: string
      answer: string
      reason: string
    }): void {
      const { mac, host, what, answer, reason } = seen
      const address = formatIpv4(seen.address)
      const text = scriptWords(what, answer, address, reason)
      log.info({ mac, host: host?.name, address, answer }, text)
      if (!host) return
      if (answer !== 'forbidden') sign(host.name, { kind: 'alive' })
      const kind = answer === 'forbidden' ? 'stranger' : 'script'
      memory.record({ host: host.name, kind, text, data: { answer, address } })
    },
  }
}

/** In proxy mode: who gave the address, and whether its boot options are in the way of ours. */
function foreignLine(
  { asked, network, client }: Outcome,
  packet: DhcpPacket,
  rivals: RivalsOf,
): string | undefined {
  const id = packet.options.get(option.serverId)
  if (asked !== 'request' || network?.mode !== 'proxy' || !client || id?.length !== 4) return
  const server = ipv4OfBytes(id)
  if (server === network.serverAddress) return
  const rival = rivals(network).find(other => other.server === server)
  const boot = rival && bootOptionsOf(rival)
  const mayWin = boot === undefined ? '' : `, which ${boot} too: that may win over ours`
  return `takes its address from the DHCP server ${formatIpv4(server)}${mayWin}`
}

/** Machines that netboot are worth a line whatever they got; of others only what they have in the end. */
function isSettled(outcome: Outcome): boolean {
  return outcome.kind === 'reply' && messageNameOfPacket(outcome.reply) !== 'offer'
}

/** `DHCP DISCOVER (firmware, bios) -> OFFER 10.0.0.5, loader undionly.kpxe: node1 is pending` */
function dhcpLine(outcome: Outcome): string {
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
    case 'local':
      return ', boot your disk'
    case 'none':
    case 'boot':
      return ''
  }
}

function scriptWords(what: string, answer: string, address: string, reason: string): string {
  switch (answer) {
    case 'forbidden':
      return `${what} refused to ${address}: ${reason}`
    case 'local':
      return `${what}: boot your disk: ${reason}`
    default:
      return `${what}: ${reason}`
  }
}
