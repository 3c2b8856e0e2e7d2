import type { ContentOf } from '../boot/event.ts'
import type { Host } from '../boot/host.ts'
import type { Reason } from '../boot/reason.ts'
import { textOf } from '../boot/words/event.ts'
import type { Mac } from '../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../wire/ip-address.ts'
import { learnUuid, type Timeline } from './timeline.ts'

/** What a machine that asked what to do next was answered. */
export interface ScriptSeen {
  readonly mac: Mac
  readonly host: Host | undefined
  readonly address: IpAddress
  readonly serial?: string | undefined
  readonly uuid?: string | undefined
  /** What it asked for. */
  readonly what: string
  readonly answer: 'boot' | 'local' | 'menu' | 'none' | 'forbidden'
  readonly why: Reason
}

export function sawScript(timeline: Timeline, seen: ScriptSeen): void {
  const { mac, host, answer } = seen
  const event = scriptEvent(seen)
  const text = textOf(event)
  timeline.log.info({ mac, host: host?.name, address: formatIpAddress(seen.address), answer }, text)
  timeline.fallback.heard(mac, host)
  if (!host) {
    sawStranger(timeline, seen, event)
    return
  }
  // Whoever is refused, or asks for what is to be shown first, teaches nothing.
  if (answer === 'local') learnUuid(timeline, host, seen.uuid)
  timeline.memory.record({ host: host.name, ...event })
}

function scriptEvent({ what, answer, address, why }: ScriptSeen) {
  const data = { what, address: formatIpAddress(address), why }
  return answer === 'forbidden'
    ? ({ kind: 'stranger', code: 'script', data } satisfies ContentOf<'stranger'>)
    : ({ kind: 'script', code: answer, data } as ContentOf<'script'>)
}

function sawStranger(
  { strangerRing, now }: Timeline,
  seen: ScriptSeen,
  event: ReturnType<typeof scriptEvent>,
): void {
  const { mac, address, serial, uuid } = seen
  const said = { ...(uuid !== undefined && { uuid }) }
  const client = { mac, stage: 'script', arch: 'unknown', capable: true, ...said } as const
  const also = { address, ...(serial !== undefined && { serial }) }
  strangerRing.see(mac, { client, text: textOf(event), event, at: now(), ...also })
}
