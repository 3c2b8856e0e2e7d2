import type { Ipv4 } from '../wire/address.ts'
import { readSyslog, type SyslogMessage } from '../wire/syslog-message.ts'

export interface SyslogDeskDeps {
  /** Monotonic milliseconds. */
  now(): number
  /** A message to keep. False where its sender is no host. */
  keep(from: Ipv4, message: SyslogMessage): boolean
  /** So many messages of a sender were left out, and it is slower now. */
  missed(from: Ipv4, count: number): void
  /** What became of each message. */
  counted(result: 'kept' | 'dropped' | 'stranger'): void
}

/** Messages that one sender may send at once, and in a second after that. */
const burst = 200
const perSecond = 20
/** Senders looked after; the longest unheard are forgotten first. */
const kept = 4096

interface Sender {
  /** Messages it may send now. */
  left: number
  at: number
  missed: number
}

/** Reads syslog datagrams and holds each sender to its rate. */
export function createSyslogDesk(deps: SyslogDeskDeps) {
  const senders = new Map<Ipv4, Sender>()

  const senderOf = (from: Ipv4): Sender => {
    const now = deps.now()
    const known = senders.get(from) ?? { left: burst, at: now, missed: 0 }
    known.left = Math.min(burst, known.left + ((now - known.at) / 1000) * perSecond)
    known.at = now
    senders.delete(from)
    senders.set(from, known)
    const [oldest] = senders.keys()
    if (senders.size > kept && oldest !== undefined) senders.delete(oldest)
    return known
  }

  return {
    receive(bytes: Uint8Array, from: Ipv4): void {
      const sender = senderOf(from)
      if (sender.left < 1) {
        sender.missed++
        deps.counted('dropped')
        return
      }
      const message = readSyslog(bytes)
      if (!message) return
      sender.left--
      if (sender.missed > 0) {
        deps.missed(from, sender.missed)
        sender.missed = 0
      }
      deps.counted(deps.keep(from, message) ? 'kept' : 'stranger')
    },
  }
}

export type SyslogDesk = ReturnType<typeof createSyslogDesk>
