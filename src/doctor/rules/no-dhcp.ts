import { span } from '../../base/span.ts'
import { startIn } from '../../boot/life.ts'
import { type Reason, reasonWith } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import type { HostCase, Rule } from '../case.ts'
import { after, ago, lastOf, seen } from '../evidence.ts'

/** Most firmware has come to its network card by then. */
const patience = 180_000

/** A start that was made, and after which no DHCP packet came. */
interface UnheardStart {
  readonly since: number
  /** The BMC said yes and did not show it. */
  readonly doubt?: Reason
}

/** Its machine was started by us so long ago, and its firmware was not heard. */
function unheardStart({ life, now }: HostCase, patience: number): UnheardStart | undefined {
  const start = startIn(life)
  if (start?.step === 'begun' || start?.step === 'done') {
    const doubt = start.step === 'done' && start.doubt ? { doubt: start.doubt } : {}
    return now - start.since > patience ? { since: start.since, ...doubt } : undefined
  }
  const why = life.state === 'failed' ? reasonWith(life.why, 'no-discover') : undefined
  if (!why) return undefined
  const doubt = why.because ? { doubt: why.because } : {}
  return { since: life.since - why.seconds * 1000, ...doubt }
}

const notKept =
  'Put the network before the disk in the boot order of its setup: a machine that is not due boots its disk all the same. Else a newer firmware of its BMC.'
const silent =
  'See that this network card has a cable and a link, and that its switch port is in this network or behind a DHCP relay (VLAN); that the boot order has the network, with PXE switched on for this card; and that the MAC and the BMC at `power: { address }` are those of one machine. A POST that takes longer than `post` needs a larger one.'

/** It was started to boot from its network, and no DHCP packet came from its firmware: none, or its disk's system. */
export const noDhcp: Rule = about => {
  const { host, steps, heard, now } = about
  const started = lastOf(steps, 'power', ({ code }) => code === 'started')
  const system =
    started && lastOf(after(steps, started), 'dhcp', ({ stage }) => stage === undefined)
  // Whoever hears its system need not wait for its firmware.
  const unheard = unheardStart(about, system ? 0 : patience)
  if (!unheard) return undefined
  const { since, doubt } = unheard
  if (started && system) {
    return {
      id: 'override-ignored',
      title: 'It was started to boot from its network, and booted its disk',
      evidence: [
        seen(started, now),
        ...(doubt ? [sentenceOf(doubt)] : []),
        `${seen(system, now)}: it is the system that asks, not the firmware`,
      ],
      advice: notKept,
    }
  }
  const kept = reasonWith(doubt, 'netboot-not-kept')
  const isIgnored = kept !== undefined && kept.of === undefined
  const macs = host.nics.map(({ mac }) => mac).join(', ')
  return {
    id: isIgnored ? 'override-ignored' : 'no-dhcp',
    title: isIgnored
      ? 'Its BMC took the next boot from the network, and did not keep it'
      : 'It was started, and no DHCP packet came from it',
    evidence: [
      ...(started ? [seen(started, now)] : []),
      ...(doubt ? [sentenceOf(doubt)] : []),
      `no DHCP packet came from ${macs} in the ${span(now - since)} since`,
      ...(heard?.ok ? [`${ago(now - heard.at)}: it is ${heard.state}`] : []),
    ],
    advice: isIgnored ? notKept : silent,
  }
}
