import { reasonWith } from '../../boot/reason.ts'
import type { Rule } from '../case.ts'
import { after, isAlive, lastOf, seen } from '../evidence.ts'
import type { Step, StepOf } from '../step.ts'

/** What it asks by DHCP cannot be read, or is not DHCP, and nothing else came of it. */
export const unread: Rule = ({ steps, now }) => {
  const last = lastOf(steps, 'dhcp', step => isBroken(step) || isBootp(step))
  if (!last || after(steps, last).some(wentOn)) return undefined
  const evidence = [seen(last, now)]
  if (isBootp(last)) {
    return {
      id: 'unread',
      title: 'It asks by BOOTP, which is from before DHCP, and gets no answer',
      evidence,
      advice:
        'Make its firmware ask by DHCP: U-Boot by `dhcp` or `pxe get` in place of `bootp`, old ROMs by a newer one, or by iPXE from a USB stick or CD.',
    }
  }
  return {
    id: 'unread',
    title: 'Its DHCP packets cannot be read, and get no answer',
    evidence,
    advice:
      'Look at one: `bootwright show NAME --pcap FILE`, then `tshark -r FILE -V`. Most often an old ROM writes it so, and newer firmware, or iPXE from a USB stick, does not; else a relay or switch on the way cuts it.',
  }
}

function isBroken({ why }: StepOf<'dhcp'>): boolean {
  return reasonWith(why, 'malformed') !== undefined
}

function isBootp({ why }: StepOf<'dhcp'>): boolean {
  return reasonWith(why, 'no-message-type') !== undefined
}

/** It has an address, or a loader of its runs: whatever was wrong, it went on. */
function wentOn(step: Step): boolean {
  return isAlive(step) || (step.kind === 'dhcp' && step.answer === 'ack')
}
