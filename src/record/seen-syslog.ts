import { textOf } from '../boot/words/event.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import type { SyslogMessage } from '../wire/syslog-message.ts'
import { ownerAt, type Timeline } from './timeline.ts'

/** A line of a host's syslog. False where the sender is no host. */
export function sawSyslog(timeline: Timeline, from: IpAddress, message: SyslogMessage): boolean {
  const { severity, app, text } = message
  const { host } = ownerAt(timeline, from)
  if (!host) return false
  const line = app === undefined ? text : `${app}: ${text}`
  timeline.memory.record({
    host: host.name,
    kind: 'syslog',
    code: 'line',
    data: { severity, line },
  })
  return true
}

/** So many lines were more than may come at once. */
export function sawSyslogDropped(timeline: Timeline, from: IpAddress, count: number): void {
  const { host } = ownerAt(timeline, from)
  const event = { kind: 'syslog', code: 'dropped', data: { count } } as const
  timeline.log.info({ address: formatIpAddress(from), host: host?.name }, textOf(event))
  if (host) timeline.memory.record({ host: host.name, ...event })
}
