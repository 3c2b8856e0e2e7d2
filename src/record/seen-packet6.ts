import type { ContentOf } from '../boot/event.ts'
import type { DhcpData } from '../boot/event-data.ts'
import { reasonWith } from '../boot/reason.ts'
import { textOf } from '../boot/words/event.ts'
import type { Outcome6 } from '../dhcp6/outcome.ts'
import { sawBoot } from './seen-packet.ts'
import { learnUuid, type Timeline } from './timeline.ts'

/** A DHCPv6 packet, and what came of it. */
export function sawPacket6(timeline: Timeline, outcome: Outcome6): void {
  const { strangerRing, memory, log, now } = timeline
  const { who, client, host, asked, network } = outcome
  const event = dhcp6Event(outcome)
  const text = textOf(event)
  const { stage, arch } = client ?? {}
  const reason = { code: outcome.why.code, reason: outcome.reason }
  const fields = { mac: who?.mac, duid: who?.duid, host: host?.name, stage, arch, ...reason }
  if (!host) {
    if (client) strangerRing.see(client.mac, { client, text, event, at: now() })
    const isSettled = outcome.kind === 'reply' && outcome.said === 'reply'
    log[client || isSettled ? 'info' : 'debug'](fields, text)
    return
  }
  memory.hosts.saveSeen(host.name, now())
  if (client && outcome.kind === 'reply') learnUuid(timeline, host, client.uuid)
  memory.record({ host: host.name, ...event })
  const foreign = foreignEvent6(outcome)
  if (foreign) memory.record({ host: host.name, ...foreign })
  log.info(fields, text)
  sawBoot(timeline, host, { isFirst: asked === 'solicit', client, network })
}

/** Who else gives the address to a machine that boots; it names him to all servers. */
function foreignEvent6({ client, asked, why }: Outcome6): ContentOf<'dhcp'> | undefined {
  const server = reasonWith(why, 'for-another-server')?.server
  if (!client || asked !== 'request' || server === undefined) return undefined
  return { kind: 'dhcp', code: 'foreign', data: { server, version: 6 } }
}

/** A packet and what it was answered. */
function dhcp6Event(outcome: Outcome6): ContentOf<'dhcp'> {
  const { asked = '', who, client, answer, why } = outcome
  const isReply = outcome.kind === 'reply'
  const boots = isReply && client && answer
  const data: DhcpData = {
    ...{ mac: who?.mac ?? '', asked, answer: isReply ? outcome.said : 'none' },
    proxy: false,
    version: 6,
    ...(isReply && outcome.address !== undefined && { address: outcome.address }),
    ...(client && { stage: client.stage, arch: client.arch }),
    ...(answer && answer.kind !== 'boot' && { boot: answer.kind }),
    ...(answer?.kind === 'load' && { file: answer.file }),
    why: boots ? answer.why : why,
  }
  return { kind: 'dhcp', code: isReply ? 'answered' : 'ignored', data }
}
