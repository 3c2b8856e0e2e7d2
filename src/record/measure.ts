import type { Outcome } from '../dhcp/outcome.ts'
import type { Outcome6 } from '../dhcp6/outcome.ts'
import { createCounters } from '../metrics/counters.ts'
import type { DaemonMemory } from '../store/memory.ts'
import type { TftpEvent } from '../tftp/event.ts'
import { messageNameOfPacket } from '../wire/dhcp-packet.ts'

/** States that end an install. */
const ends: readonly unknown[] = ['installed', 'failed']

/** Counts what the doors saw. Each function is handed to the door that it is named after. */
export function createMeasure({ events, hosts, installs }: DaemonMemory) {
  const counters = createCounters()

  events.listen(({ host, kind, data }) => {
    if (host === null || kind !== 'state') return
    const { from, to } = data as { from?: unknown; to?: unknown }
    const cancelled = to === 'idle' && from !== 'idle'
    if (!cancelled && !ends.includes(to)) return
    counters.installs.add([cancelled ? 'cancelled' : String(to)])
    const id = hosts.get(host)?.install
    const install = id === undefined ? undefined : installs.get(id)
    if (to !== 'installed' || !install) return
    counters.installTime.add(((install.endedAt ?? install.askedAt) - install.askedAt) / 1000)
  })

  return {
    counters,

    /** A DHCP packet, and the milliseconds to its reply. */
    dhcp(outcome: Outcome, ms: number): void {
      const replied = outcome.kind === 'reply'
      const answer = replied ? (messageNameOfPacket(outcome.reply) ?? 'reply') : 'none'
      counters.dhcp.add([outcome.network?.name ?? '', outcome.asked ?? 'unknown', answer])
      if (replied) counters.dhcpReply.add(ms / 1000)
    },

    /** The same of DHCPv6. */
    dhcp6(outcome: Outcome6, ms: number): void {
      const replied = outcome.kind === 'reply'
      const answer = replied ? outcome.said : 'none'
      const asked = `dhcpv6-${outcome.asked ?? 'unknown'}`
      counters.dhcp.add([outcome.network?.name ?? '', asked, answer])
      if (replied) counters.dhcpReply.add(ms / 1000)
    },

    tftp({ kind, bytes = 0, ms }: TftpEvent): void {
      if (kind === 'start') return
      counters.tftp.add([kind])
      counters.tftpBytes.add([], bytes)
      if (kind === 'done' && ms !== undefined) counters.tftpTransfer.add(ms / 1000)
    },

    /** Bytes of a file that left by HTTP since the last time. */
    httpBytes: (bytes: number): void => counters.httpBytes.add([], bytes),
    httpEnded: (result: string): void => counters.httpDownloads.add([result]),
    http(route: string, code: number, seconds: number): void {
      counters.http.add([route, String(code)])
      counters.httpRequest.add(seconds)
    },
    phoneHome: (event: string, code: number): void => counters.phoneHome.add([event, String(code)]),
    callback: (result: string): void => counters.callbacks.add([result]),
    syslog: (result: 'kept' | 'dropped' | 'stranger'): void => counters.syslog.add([result]),
  }
}

export type Measure = ReturnType<typeof createMeasure>
