import type { FastifyBaseLogger } from 'fastify'
import type { Answer } from '../boot/decide.ts'
import type { Host, Network } from '../boot/host.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { bootOptionsOf, type Rival } from '../dhcp/rivals.ts'
import type { SentEvent } from '../http/asset-routes.ts'
import type { Downloads } from '../install/downloads.ts'
import { type Progress, type Sending, secondsLeft } from '../install/progress.ts'
import type { Scripts } from '../install/scripts.ts'
import type { TftpEvent } from '../tftp/session.ts'
import { formatIpv4, type Ipv4, ipv4OfBytes, type Mac, parseIpv4 } from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import { type DhcpPacket, messageNameOfPacket } from '../wire/dhcp-packet.ts'
import type { SyslogMessage } from '../wire/syslog-message.ts'
import type { Changes } from './changes.ts'
import type { DaemonMemory } from './memory.ts'
import type { StrangerRing } from './stranger-ring.ts'
import type { World } from './world.ts'

export interface TimelineDeps {
  readonly world: World
  readonly memory: DaemonMemory
  readonly strangers: StrangerRing
  readonly scripts: Scripts
  readonly downloads: Downloads
  readonly progress: Progress
  readonly changes: Changes
  readonly log: FastifyBaseLogger
  macsOf(address: Ipv4): readonly Mac[]
}

type RivalsOf = (network: Network) => readonly Rival[]

/** Writes what the doors saw into the hosts' timelines and the log: one line a decision. */
export function createTimeline(deps: TimelineDeps) {
  const { world, memory, log, progress, changes } = deps
  const clients = new Map<string, { readonly arch: string; readonly stage: string }>()
  const hostAt = (address: Ipv4): Host | undefined =>
    deps
      .macsOf(address)
      .map(mac => world.hostOf(mac))
      .find(host => host !== undefined)

  return {
    /** What a host said it is when it last asked for something to boot. */
    client: (host: string) => clients.get(host),

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
      if (asked === 'discover' && client) {
        // iPXE asks again in the same boot, and the loader that brought it is part of the story.
        if (client.stage !== 'ipxe') progress.began(host.name)
        deps.scripts.discovered(host.name)
      }
      if (client) clients.set(host.name, { arch: client.arch, stage: client.stage })
      changes.tell(host.name)
    },

    tftp(event: TftpEvent): void {
      const { kind, peer, name, bytes, ms, reason } = event
      const address = formatIpv4(peer.address)
      const text =
        kind === 'done'
          ? `TFTP: ${name} sent, ${amount(bytes ?? 0)} in ${seconds(ms ?? 0)}`
          : `TFTP: ${name} ${kind === 'start' ? 'started' : kind}${reason ? `: ${reason}` : ''}`
      log[kind === 'start' ? 'debug' : 'info']({ address }, text)
      const host = kind === 'start' ? undefined : hostAt(peer.address)
      if (!host) return
      memory.record({ host: host.name, kind: 'tftp', text })
      const { size } = event
      if (size === undefined) return
      const part = { by: 'tftp', url: name, from: 0, bytes: bytes ?? 0, ms: ms ?? 0, size } as const
      progress.sent(host.name, { ...part, complete: kind === 'done' })
      changes.tell(host.name)
    },

    sent(event: SentEvent): void {
      const address = parseIpv4(event.address)
      const host = address === undefined ? undefined : hostAt(address)
      const name = event.url.slice(event.url.lastIndexOf('/') + 1)
      if (event.complete)
        log.info({ address: event.address, host: host?.name }, `HTTP: ${name} sent`)
      if (!host || address === undefined) return
      deps.downloads.sent(host.name, { ...event, address })
      deps.scripts.heard(host.name)
      const long = progress.sent(host.name, { by: 'http', ...event })
      changes.tell(host.name)
      const sending = progress.of(host.name).findLast(({ url }) => url === event.url)
      if (long && sending) {
        memory.record({ host: host.name, kind: 'progress', text: progressLine(name, sending) })
      }
      if (!event.complete) return
      const text = `HTTP: ${name} sent, ${amount(event.size)} in ${seconds(event.ms)}`
      memory.record({ host: host.name, kind: 'asset', text, data: { url: event.url } })
    },

    syslog: {
      /** False where the sender is no host. */
      keep(from: Ipv4, { severity, app, text }: SyslogMessage): boolean {
        const host = hostAt(from)
        const line = app === undefined ? text : `${app}: ${text}`
        if (!host) return false
        memory.record({ host: host.name, kind: 'syslog', text: line, data: { severity } })
        return true
      },
      missed(from: Ipv4, count: number): void {
        const host = hostAt(from)
        const text = `${count} lines of syslog were left out: too many at once`
        log.info({ address: formatIpv4(from), host: host?.name }, text)
        if (host) memory.record({ host: host.name, kind: 'syslog', text })
      },
    },

    script(seen: {
      mac: Mac
      host: Host | undefined
      address: Ipv4
      serial?: string | undefined
      uuid?: string | undefined
      answer: string
      reason: string
    }): void {
      const { mac, host, answer, reason } = seen
      const address = formatIpv4(seen.address)
      const text = scriptWords(answer, address, reason)
      log.info({ mac, host: host?.name, address, answer }, text)
      if (!host) {
        const { serial, uuid } = seen
        const said = { ...(uuid !== undefined && { uuid }) }
        const client = { mac, stage: 'script', arch: 'unknown', capable: true, ...said } as const
        const also = { address: seen.address, ...(serial !== undefined && { serial }) }
        deps.strangers.see(mac, { client, text, at: Date.now(), ...also })
        return
      }
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

function scriptWords(answer: string, address: string, reason: string): string {
  switch (answer) {
    case 'forbidden':
      return `script refused to ${address}: ${reason}`
    case 'local':
      return `script: boot your disk: ${reason}`
    default:
      return `script: ${reason}`
  }
}

/** `HTTP: initrd 512.0 MB of 2.0 GB, 110.0 MB/s, 14 s left` */
function progressLine(name: string, sending: Sending): string {
  const { bytes, size, rate } = sending
  const left = secondsLeft(sending)
  const rest = left === undefined ? '' : `, ${left} s left`
  return `HTTP: ${name} ${amount(bytes)} of ${amount(size)}, ${amount(rate)}/s${rest}`
}

/** Bytes as people say them. */
export function amount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(0)} kB`
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(1)} GB`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
