import { configOf, isProbe } from '../boot/loaders/table.ts'
import { textOf } from '../boot/words/event.ts'
import type { MissedEvent, SentEvent } from '../http/files/asset-routes.ts'
import { secondsLeft } from '../install/progress.ts'
import type { TftpEvent } from '../tftp/event.ts'
import { plainName } from '../tftp/files.ts'
import { formatIpAddress, type IpAddress, parseIpAddress } from '../wire/ip-address.ts'
import { tftpEvent } from './tftp-event.ts'
import { ownerAt, type Timeline } from './timeline.ts'

/** A request for a file by TFTP, and how it ended. */
export function sawTftp(timeline: Timeline, event: TftpEvent): void {
  const { kind, peer, name, bytes = 0, ms = 0, size } = event
  const { log, memory, progress, changes } = timeline
  const found = plainName(name)
  const file = typeof found === 'string' ? found : ''
  // Nobody needs to know what loaders only look for.
  const isQuiet = kind === 'start' || (kind === 'refused' && isProbe(file))
  const content = kind === 'start' ? undefined : tftpEvent(event, kind, file)
  const text = content ? textOf(content) : `TFTP: ${name} started`
  log[isQuiet ? 'debug' : 'info']({ address: formatIpAddress(peer.address) }, text)
  const isAsset = file.startsWith('assets/')
  if (isQuiet && !isAsset) return
  const { mac, host } = ownerAt(timeline, peer.address)
  const complete = kind === 'done'
  if (mac && complete) {
    if (timeline.world.loaders().has(file)) timeline.fallback.fetched(file, mac, host)
    else timeline.fallback.heard(mac, host)
  }
  if (!host) return
  if (isAsset)
    fetched(timeline, host.name, peer.address, { url: `/${file}`, size: size ?? 0, complete })
  // The boot decision has told of a loader's config already.
  const isConfig = complete && configOf(file) !== undefined
  if (!content || isQuiet || isConfig) return
  memory.record({ host: host.name, ...content })
  if (size === undefined) return
  progress.sent(host.name, { by: 'tftp', url: name, from: 0, bytes, ms, size, complete })
  changes.tell(host.name)
}

/** How far a file went out by HTTP. */
export function sawFileSent(timeline: Timeline, event: SentEvent): void {
  const { log, memory, progress, changes } = timeline
  const { url, size, ms, complete } = event
  const address = parseIpAddress(event.address)
  const { mac, host } = ownerAt(timeline, address)
  const name = url.slice(url.lastIndexOf('/') + 1)
  if (url.startsWith('/loaders/') && complete && mac) timeline.fallback.fetched(name, mac, host)
  if (complete) log.info({ address: event.address, host: host?.name }, `HTTP: ${name} sent`)
  if (!host || address === undefined) return
  fetched(timeline, host.name, address, event)
  const isLong = progress.sent(host.name, { by: 'http', ...event })
  changes.tell(host.name)
  const sending = progress.of(host.name).findLast(one => one.url === url)
  if (isLong && sending) {
    const { bytes, rate } = sending
    const data = { name, bytes, size: sending.size, rate, left: secondsLeft(sending) }
    memory.record({ host: host.name, kind: 'progress', code: 'sending', data })
  }
  if (complete)
    memory.record({ host: host.name, kind: 'asset', code: 'sent', data: { url, size, ms } })
}

/** A file that somebody asked for by HTTP and that is not there. */
export function sawFileMissing(timeline: Timeline, { address, url, why }: MissedEvent): void {
  const { host } = ownerAt(timeline, parseIpAddress(address))
  if (!host || !timeline.mayTellMissed(host.name)) return
  const data = { url: url.slice(0, 200), why }
  timeline.memory.record({ host: host.name, kind: 'asset', code: 'missing', data })
}

/** A machine that is sent bytes is not silent, and may have all that it boots. */
function fetched(
  { downloads, scripts }: Timeline,
  host: string,
  address: IpAddress,
  file: { readonly url: string; readonly size: number; readonly complete: boolean },
): void {
  downloads.sent(host, { ...file, address })
  scripts.heard(host)
}
