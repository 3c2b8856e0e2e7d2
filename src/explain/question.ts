import type { Arch } from '../boot/arch.ts'
import type { Stage } from '../boot/client.ts'
import type { Reason } from '../boot/reason.ts'
import { because } from '../boot/words/reason.ts'
import { describe } from '../dhcp/describe.ts'
import type { Outcome } from '../dhcp/outcome.ts'
import { describe6 } from '../dhcp6/describe.ts'
import type { Arrival6 } from '../dhcp6/network.ts'
import type { Outcome6 } from '../dhcp6/outcome.ts'
import { formatIpv4 } from '../wire/address.ts'
import { messageNameOfPacket } from '../wire/dhcp-packet.ts'

/** One question of a machine and its answer, for people and for programs. */
export type Shown =
  | {
      readonly door: 'dhcp'
      /** Of DHCPv6. */
      readonly version?: 6
      /** `discover`, and the port it came to: 67 or 4011. */
      readonly asked: string
      readonly port: number
      readonly mac: string | null
      readonly stage: Stage | null
      readonly arch: Arch | null
      readonly host: string | null
      readonly network: string | null
      readonly why: Reason
      /** The same as a sentence. */
      readonly reason: string
      readonly reply: {
        readonly type: string
        readonly to: string
        /** Header fields and options in words. */
        readonly lines: readonly string[]
      } | null
    }
  | {
      readonly door: 'loader' | 'tftp'
      readonly file: string
      readonly size: number | null
      /** Why there is none, and the same as a sentence. */
      readonly why: Reason | null
      readonly reason: string | null
    }
  | {
      readonly door: 'script'
      readonly host: string | null
      readonly status: 200 | 404
      readonly why: Reason
      readonly reason: string
      readonly text: string
    }
  | { readonly door: 'file'; readonly name: string; readonly text: string }

/** What came of a DHCP packet. */
export function shownDhcp(outcome: Outcome, port: number): Shown {
  const { asked, mac, client, host, network, why, reason } = outcome
  return {
    door: 'dhcp',
    asked: asked ?? 'unknown',
    port,
    mac: mac ?? null,
    stage: client?.stage ?? null,
    arch: client?.arch ?? null,
    host: host?.name ?? null,
    network: network?.name ?? null,
    why,
    reason,
    reply:
      outcome.kind === 'none'
        ? null
        : {
            type: messageNameOfPacket(outcome.reply) ?? 'reply',
            to: `${formatIpv4(outcome.to.address)}:${outcome.to.port}`,
            lines: describe(outcome.reply).trimEnd().split('\n'),
          },
  }
}

/** The same of a DHCPv6 packet; its reply goes back to where it came from. */
export function shownDhcp6(
  outcome: Outcome6,
  { source, port: from }: Arrival6,
  port: number,
): Shown {
  const { asked, who, client, host, network, why, reason } = outcome
  return {
    door: 'dhcp',
    version: 6,
    asked: asked ?? 'unknown',
    port,
    mac: who?.mac ?? null,
    stage: client?.stage ?? null,
    arch: client?.arch ?? null,
    host: host?.name ?? null,
    network: network?.name ?? null,
    why,
    reason,
    reply:
      outcome.kind === 'none'
        ? null
        : {
            type: outcome.said,
            to: `[${source}]:${from}`,
            lines: describe6(outcome.reply).trimEnd().split('\n'),
          },
  }
}

/** What a name in a TFTP request leads to. */
export function fileShown(
  door: 'loader' | 'tftp',
  file: string,
  found: { readonly size: number } | { readonly refused: Reason },
): Shown {
  return 'refused' in found
    ? { door, file, size: null, ...because(found.refused) }
    : { door, file, size: found.size, why: null, reason: null }
}

/** The same as text: a heading, why, and what is answered. */
export function answerText(shown: Shown, state: string): string {
  switch (shown.door) {
    case 'dhcp': {
      const { asked, port, stage, arch, mac, host, network, reason, reply, version } = shown
      const who = stage === null ? 'no netboot' : `${stage} (${arch})`
      const whose =
        host === null ? `not a host (${mac ?? 'no MAC'})` : `host ${host} in state ${state}`
      const head = `== ${who}, ${whose}, network ${network ?? 'unknown'}: DHCP${version === 6 ? 'v6' : ''} ${asked.toUpperCase()} to port ${port}\n`
      const why = `why: ${reason}\n`
      if (reply === null) return `${head}${why}no reply\n`
      return `${head}${why}reply to ${reply.to}\n${reply.lines.join('\n')}\n`
    }
    case 'loader':
    case 'tftp': {
      const head = `== ${shown.door}: ${shown.file}\n`
      return `${head}${shown.size === null ? `not served: ${shown.reason}` : `${shown.size} bytes`}\n`
    }
    case 'script': {
      const whose = shown.host === null ? 'not a host' : `host ${shown.host} in state ${state}`
      return `== script, ${whose}\nwhy: ${shown.reason}\n${shown.text}`
    }
    case 'file':
      return `== answer file ${shown.name}\n${shown.text}${shown.text.endsWith('\n') ? '' : '\n'}`
  }
}
