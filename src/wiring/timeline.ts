import type { FastifyBaseLogger } from 'fastify'
import { amount } from '../boot/amount.ts'
import type { Answer } from '../boot/decide.ts'
import type { AssetData, DhcpData, ForeignData, TftpData } from '../boot/event-data.ts'
import type { Host, Network } from '../boot/host.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { bootOptionsOf, type Rival } from '../dhcp/rivals.ts'
import type { MissedEvent, SentEvent } from '../http/asset-routes.ts'
import type { Downloads } from '../install/downloads.ts'
import type { Scripts } from '../install/scripts.ts'
import type { TftpEvent } from '../tftp/session.ts'
import { formatIpv4, type Ipv4, ipv4OfBytes, type Mac, parseIpv4 } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import type { Fallback } from './fallback.ts'
import { createLoaderSigns } from './loader-signs.ts'
import type { DaemonMemory } from './memory.ts'
import { createPerMinute } from './per-minute.ts'
import type { StrangerRing } from './stranger-ring.ts'
import { tftpLine } from './tftp-line.ts'
import type { World } from './world.ts'

export interface TimelineDeps {
  readonly world: World
  readonly memory: DaemonMemory
  readonly strangerRing: StrangerRing
  readonly scripts: Scripts
  readonly downloads: Downloads
  readonly fallback: Fallback
  readonly log: FastifyBaseLogger
  macsOf(address: Ipv4): readonly Mac[]
  /** A host takes an address, of whatever server. */
  requests(mac: Mac, address: Ipv4): void
}

type RivalsOf = (network: Network) => readonly Rival[]

/** Lines a minute about files that are not there: a machine may ask for names without end. */
const mostMissed = 10

/** Writes what the doors saw into the hosts' timelines and the log: one line a decision. */
export function createTimeline(deps: TimelineDeps) {
  const { world, memory, log } = deps
  const sign = createLoaderSigns(memory)
  /** Who has an address: a host if there is one, else whoever it is. */
  const ownerAt = (address: Ipv4): { mac?: Mac; host?: Host } => {
    const [first, ...others] = deps.macsOf(address).map(mac => ({ mac, host: world.hostOf(mac) }))
    const { mac, host } = [first, ...others].find(one => one?.host) ?? first ?? {}
    return { ...(mac && { mac }), ...(host && { host }) }
  }
  const hostAt = (address: Ipv4) => ownerAt(address).host
  const mayTellMissed = createPerMinute(mostMissed, Date.now)

  return {
    dhcp(outcome: Outcome, packet: DhcpPacket, rivals: RivalsOf): void {
      const { asked, mac, client, host, reason } = outcome
      const text = dhcpLine(outcome)
      const fields = { mac, host: host?.name, stage: client?.stage, arch: client?.arch, reason }
      if (!host) {
        if (client && mac) deps.strangerRing.see(mac, { client, text, at: Date.now() })
        log[client || isSettled(outcome) ? 'info' : 'debug'](fields, text)
        return
      }
      memory.hosts.saveSeen(host.name, Date.now())
      memory.record({ host: host.name, kind: 'dhcp', text, data: dhcpData(outcome, mac ?? '') })
      log.info(fields, text)
      const foreign = foreignOf(outcome, packet, rivals)
      if (foreign) memory.record({ host: host.name, kind: 'dhcp', ...foreign })
      const taken = asked === 'request' ? packet.options.get(option.requestedAddress) : undefined
      if (mac && taken?.length === 4) deps.requests(mac, ipv4OfBytes(taken))
      if (asked !== 'discover' || !client) return
      sign(host.name, { kind: 'discover', client })
      deps.scripts.discovered(host.name)
    },

    tftp(event: TftpEvent): void {
      const { kind, peer, name, bytes, size } = event
      const line = tftpLine(event)
      log[line.isQuiet ? 'debug' : 'info']({ address: formatIpv4(peer.address) }, line.text)
      const { url, text, file } = line
      if (kind === 'start' && url === undefined) return
      const { mac, host } = ownerAt(peer.address)
      const complete = kind === 'done'
      if (mac && complete) deps.fallback.fetched(name, mac, host)
      if (!host) return
      const isLoader = kind === 'done' && world.loaders().has(file)
      const isOver = kind === 'done' || kind === 'refused'
      if (isOver) sign(host.name, isLoader ? { kind: 'sent', file } : { kind: 'alive' })
      if (url !== undefined) {
        deps.downloads.sent(host.name, { address: peer.address, url, size: size ?? 0, complete })
        deps.scripts.heard(host.name)
      }
      if (kind === 'start' || line.isQuiet || line.isConfig) return
      const data: TftpData = {
        ...{ end: kind, name },
        ...(bytes !== undefined && { bytes }),
        ...(size !== undefined && { size }),
      }
      const as = url === undefined ? { kind: 'tftp', data } : { kind: 'asset', data: { url } }
      memory.record({ host: host.name, text, ...as })
    },

    sent(event: SentEvent): void {
      const address = parseIpv4(event.address)
      const { mac, host } = address === undefined ? {} : ownerAt(address)
      const name = event.url.slice(event.url.lastIndexOf('/') + 1)
      const isLoader = event.url.startsWith('/loaders/') && event.complete
      if (isLoader && mac) deps.fallback.fetched(name, mac, host)
      if (event.complete)
        log.info({ address: event.address, host: host?.name }, `HTTP: ${name} sent`)
      if (!host || address === undefined) return
      sign(host.name, isLoader ? { kind: 'sent', file: name } : { kind: 'alive' })
      deps.downloads.sent(host.name, { ...event, address })
      deps.scripts.heard(host.name)
      if (!event.complete) return
      const text = `HTTP: ${name} sent, ${amount(event.size)}`
      const data: AssetData = { url: event.url }
      memory.record({ host: host.name, kind: 'asset', text, data })
    },

    /** A file that is not there. */
    missed({ address: text, url, reason }: MissedEvent): void {
      const address = parseIpv4(text)
      const host = address === undefined ? undefined : hostAt(address)
      if (!host || !mayTellMissed(host.name)) return
      const shown = url.slice(0, 200)
      const data: AssetData = { url: shown, status: 404 }
      memory.record({
        host: host.name,
        kind: 'asset',
        text: `HTTP: ${shown} not served: ${reason}`,
        data,
      })
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
      deps.fallback.heard(mac, host)
      if (!host) return
      if (answer !== 'forbidden') sign(host.name, { kind: 'alive' })
      const kind = answer === 'forbidden' ? 'stranger' : 'script'
      memory.record({ host: host.name, kind, text, data: { answer, address } })
    },
  }
}

/** Who else gave it the address, and whether its boot options are in the way of ours. */
function foreignOf(
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

function dhcpData(outcome: Outcome, mac: string): DhcpData {
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
    case 'image':
      return ', its disc'
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
