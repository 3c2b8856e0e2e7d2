import type { FastifyBaseLogger } from 'fastify'
import { amount, howFar } from '../base/amount.ts'
import { given } from '../base/given.ts'
import { createPerMinute } from '../base/per-minute.ts'
import type { AssetData, TftpData } from '../boot/event-data.ts'
import type { Host } from '../boot/host.ts'
import type { Heard } from '../boot/identity.ts'
import { isNoUuid } from '../boot/uuid.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import type { MissedEvent, SentEvent } from '../http/files/asset-routes.ts'
import type { Downloads } from '../install/downloads.ts'
import { type Progress, secondsLeft } from '../install/progress.ts'
import type { Scripts } from '../install/scripts.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { TftpEvent } from '../tftp/event.ts'
import {
  formatIpv4,
  type Ipv4,
  ipv4OfBytes,
  type Mac,
  parseIpv4,
  subnetContains,
} from '../wire/address.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import type { SyslogMessage } from '../wire/syslog-message.ts'
import type { World } from '../world/world.ts'
import type { Changes } from './changes.ts'
import { dhcpData, dhcpLine, foreignOf, isSettled, type RivalsOf } from './dhcp-line.ts'
import type { Fallback } from './fallback.ts'
import { createLastClients } from './last-client.ts'
import type { StrangerRing } from './stranger-ring.ts'
import { tftpLine } from './tftp-line.ts'

export interface TimelineDeps {
  readonly world: World
  readonly memory: DaemonMemory
  readonly strangerRing: StrangerRing
  readonly scripts: Scripts
  readonly downloads: Downloads
  readonly progress: Progress
  readonly changes: Changes
  readonly fallback: Fallback
  readonly log: FastifyBaseLogger
  macsOf(address: Ipv4): readonly Mac[]
  /** Whether a netboot of a host whose install runs is another machine's with its MAC. */
  isElsewhere(host: Host, heard: Heard): boolean
  /** A machine takes an address, of whatever server. */
  requests(mac: Mac, address: Ipv4, isHost: boolean): void
}

/** Lines a minute about files that are not there: a machine may ask for names without end. */
const mostMissed = 10

/** What happens to hosts and no door writes into the log by itself. */
const logged: ReadonlySet<string> = new Set(['state', 'note', 'phone-home', 'file', 'callback'])

/** Writes what the doors saw into the hosts' timelines and the log: one line a decision. */
export function createTimeline(deps: TimelineDeps) {
  const { world, memory, log, progress, changes } = deps
  const clients = createLastClients(memory)
  /** Who has an address: a host if there is one, else whoever it is. */
  const ownerAt = (address: Ipv4): { mac?: Mac; host?: Host } => {
    const [first, ...others] = deps.macsOf(address).map(mac => ({ mac, host: world.hostOf(mac) }))
    const { mac, host } = [first, ...others].find(one => one?.host) ?? first ?? {}
    return { ...(mac && { mac }), ...(host && { host }) }
  }
  const hostAt = (address: Ipv4) => ownerAt(address).host
  memory.events.listen(({ host, kind, text }) => {
    if (logged.has(kind)) log.info({ host, kind }, text)
  })
  /** What later boots must say where the network asks for it: `trust: uuid`. */
  const learnUuid = ({ name }: Host, uuid: string | undefined) => {
    if (uuid !== undefined && !isNoUuid(uuid)) memory.hosts.learnUuid(name, uuid)
  }
  const mayTellMissed = createPerMinute(mostMissed, Date.now)

  return {
    /** What a host said it is when it last asked for something to boot. */
    client: clients.of,

    dhcp(outcome: Outcome, packet: DhcpPacket, rivals: RivalsOf): void {
      const { asked, mac, client, host, reason } = outcome
      const text = dhcpLine(outcome)
      const fields = { mac, host: host?.name, stage: client?.stage, arch: client?.arch, reason }
      const taken = takenAddress(outcome, packet)
      if (mac && taken !== undefined) deps.requests(mac, taken, host !== undefined)
      if (!host) {
        if (client && mac) deps.strangerRing.see(mac, { client, text, at: Date.now() })
        log[client || isSettled(outcome) ? 'info' : 'debug'](fields, text)
        return
      }
      memory.hosts.saveSeen(host.name, Date.now())
      if (client && outcome.kind === 'reply') learnUuid(host, client.uuid)
      memory.record({ host: host.name, kind: 'dhcp', text, data: dhcpData(outcome, mac ?? '') })
      log.info(fields, text)
      const foreign = foreignOf(outcome, packet, rivals)
      if (foreign) memory.record({ host: host.name, kind: 'dhcp', ...foreign })
      if (client) clients.saw(host.name, client)
      changes.tell(host.name)
      if (asked !== 'discover' || !client) return
      // iPXE asks again in the same boot, and the loader that brought it is part of the story.
      if (client.stage !== 'ipxe') progress.began(host.name)
      const { uuid } = client
      const heard = { uuid, network: outcome.network?.name }
      if (deps.isElsewhere(host, heard)) {
        const data = { ...given('uuid', uuid), ...given('network', heard.network) }
        memory.record({ host: host.name, kind: 'stranger', code: 'netboot', data })
      } else deps.scripts.discovered(host.name)
    },

    tftp(event: TftpEvent): void {
      const { kind, peer, name, bytes = 0, ms = 0, size } = event
      const line = tftpLine(event)
      log[line.isQuiet ? 'debug' : 'info']({ address: formatIpv4(peer.address) }, line.text)
      const { url, text, file } = line
      if (line.isQuiet && url === undefined) return
      const { mac, host } = ownerAt(peer.address)
      const complete = kind === 'done'
      if (mac && complete) {
        if (world.loaders().has(file)) deps.fallback.fetched(file, mac, host)
        else deps.fallback.heard(mac, host)
      }
      if (!host) return
      if (url !== undefined) {
        deps.downloads.sent(host.name, { address: peer.address, url, size: size ?? 0, complete })
        deps.scripts.heard(host.name)
      }
      if (kind === 'start' || line.isQuiet || line.isConfig) return
      const data: TftpData = {
        ...{ end: kind, name },
        ...(event.bytes !== undefined && { bytes }),
        ...(size !== undefined && { size }),
      }
      const as = url === undefined ? { kind: 'tftp', data } : { kind: 'asset', data: { url } }
      memory.record({ host: host.name, text, ...as })
      if (size === undefined) return
      progress.sent(host.name, { by: 'tftp', url: name, from: 0, bytes, ms, size, complete })
      changes.tell(host.name)
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
      deps.downloads.sent(host.name, { ...event, address })
      deps.scripts.heard(host.name)
      const long = progress.sent(host.name, { by: 'http', ...event })
      changes.tell(host.name)
      const sending = progress.of(host.name).findLast(({ url }) => url === event.url)
      if (long && sending) {
        memory.record({
          host: host.name,
          kind: 'progress',
          text: `HTTP: ${howFar({ name, ...sending, left: secondsLeft(sending) })}`,
        })
      }
      if (!event.complete) return
      const text = `HTTP: ${name} sent, ${amount(event.size)} in ${(event.ms / 1000).toFixed(1)} s`
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
      if (!host) {
        const { serial, uuid } = seen
        const said = { ...(uuid !== undefined && { uuid }) }
        const client = { mac, stage: 'script', arch: 'unknown', capable: true, ...said } as const
        const also = { address: seen.address, ...(serial !== undefined && { serial }) }
        deps.strangerRing.see(mac, { client, text, at: Date.now(), ...also })
        return
      }
      // Whoever is refused, or asks for what is to be shown first, teaches nothing.
      if (answer === 'local') learnUuid(host, seen.uuid)
      const kind = answer === 'forbidden' ? 'stranger' : 'script'
      memory.record({ host: host.name, kind, text, data: { answer, address } })
    },
  }
}

/** The address that a REQUEST takes: option 50, or when it is renewed the client's own (RFC 2131 4.3.2). */
function takenAddress({ asked, network }: Outcome, packet: DhcpPacket): Ipv4 | undefined {
  if (asked !== 'request') return undefined
  const requested = packet.options.get(option.requestedAddress)
  const address = requested?.length === 4 ? ipv4OfBytes(requested) : packet.ciaddr
  return network && subnetContains(network.subnet, address) ? address : undefined
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
