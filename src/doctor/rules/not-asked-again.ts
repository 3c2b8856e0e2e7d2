import type { Verdict } from '../../boot/verdict.ts'
import type { HostCase, Rule } from '../case.ts'
import { after, lastOf, seen, timesOf } from '../evidence.ts'
import type { Step, StepOf } from '../step.ts'

/** Firmware takes an offer within seconds; it collects others for at most four. */
const patience = 20_000

/** It was offered a boot and went no further. */
export const notAskedAgain: Rule = about => {
  const { steps, now } = about
  const offer = lastOf(
    steps,
    'dhcp',
    step =>
      step.answer === 'offer' &&
      step.boot !== undefined &&
      ['load', 'chain', 'image'].includes(step.boot),
  )
  if (!offer || now - offer.lastAt < patience) return undefined
  const since = after(steps, offer)
  if (since.some(wentOn)) return undefined
  return verdictOf(about, offer)
}

/** Anything but the same question again. */
function wentOn(step: Step): boolean {
  if (step.kind === 'other' || step.kind === 'line' || step.kind === 'state') return false
  return step.kind !== 'dhcp' || step.asked !== 'discover'
}

function verdictOf({ steps, now }: HostCase, offer: StepOf<'dhcp'>): Verdict {
  const asked = steps.filter(step => step.kind === 'dhcp' && step.asked === 'discover')
  const evidence = [
    `it asked ${timesOf(asked)} times and was offered a boot each time`,
    seen(offer, now),
  ]
  const id = 'not-asked-again'
  if (offer.proxy) {
    return {
      id,
      title: 'It was offered a boot, but no DHCP server gave it an address',
      evidence,
      advice:
        'In `mode: proxy` another DHCP server must give the addresses: see that one answers in this network, or let Bootwright do it with `mode: server`. If one does answer, the switch may drop broadcasts for the first 30 s (STP): set the port to edge or portfast.',
    }
  }
  return {
    id,
    title: 'It was offered an address and a boot, and never asked again',
    evidence,
    advice:
      'The offer does not reach it. Most often the switch port is still learning (STP): set it to edge or portfast. Else look for a firewall or VLAN between it and us, or for another DHCP server that was faster.',
  }
}
