import { remember } from '../base/bounded.ts'
import { createLimiter } from '../base/per-minute.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import { readSyslog, type SyslogMessage } from '../wire/syslog-message.ts'

export interface SyslogDeskDeps {
  /** Monotonic milliseconds. */
  now(): number
  /** A message to keep. False where its sender is no host. */
  keep(from: IpAddress, message: SyslogMessage): boolean
  /** So many messages of a sender were left out, and it is slower now. */
  missed(from: IpAddress, count: number): void
  /** What became of each message. */
  counted(result: 'kept' | 'dropped' | 'stranger'): void
}

/** Messages that one sender may send. */
const rate = { burst: 200, perSecond: 20 }
/** Senders whose left out messages are counted; the longest unheard are forgotten first. */
const kept = 4096

/** Reads syslog messages and holds each sender to its rate. */
export function createSyslogDesk(deps: SyslogDeskDeps) {
  const limiter = createLimiter(rate, deps.now)
  const missed = new Map<IpAddress, number>()

  return {
    receive(bytes: Uint8Array, from: IpAddress): void {
      if (!limiter.take(String(from))) {
        remember(missed, from, (missed.get(from) ?? 0) + 1, kept)
        deps.counted('dropped')
        return
      }
      const message = readSyslog(bytes)
      if (!message) return
      const before = missed.get(from) ?? 0
      if (before > 0) deps.missed(from, before)
      missed.delete(from)
      deps.counted(deps.keep(from, message) ? 'kept' : 'stranger')
    },
  }
}
