import { decide } from '../boot/decide.ts'
import type { Host, Profile } from '../boot/host.ts'
import { because } from '../boot/words/reason.ts'
import { macWithHyphens } from '../wire/address.ts'
import {
  type BootAnswer,
  type BootFacts,
  booted,
  local,
  type Question,
  whyNoBoot,
} from './boot-facts.ts'
import { offerMenu } from './offer-menu.ts'
import { prepareAttempt } from './prepare.ts'

/** What a machine gets that is no host of the config. */
export function answerStranger(question: Question, facts: BootFacts): BootAnswer {
  const { mac, site, unknown, loader } = question
  const client = { mac, stage: 'script', arch: 'unknown', capable: true } as const
  const { kind, why } = decide(client, undefined, site)
  if (kind === 'local') return { told: local(why), effects: [] }
  // Whoever runs Linux already is taken for no new machine.
  if (kind !== 'boot' || loader.running)
    return { told: { kind: 'none', ...because(why) }, effects: [] }
  if ('profile' in unknown) return bootStranger(unknown.profile, question, facts)
  const offered = unknown.kind === 'menu' ? unknown.profiles : []
  return offerMenu(offered, question, facts)
}

/** A profile for a machine that is no host: booted every time, and never installed. */
export function bootStranger(profile: Profile, question: Question, facts: BootFacts): BootAnswer {
  const { mac, address, place } = question
  const known = facts.stranger(mac)
  const name = macWithHyphens(mac)
  const host: Host = { name, nics: [{ mac }], tags: [], vars: {}, profile }
  const spec = facts.takeSpec(host, {})
  if ('refused' in spec) return { told: local(spec.refused), effects: [] }
  const why = whyNoBoot(spec, question, facts)
  if (why !== undefined) return { told: local(why), effects: [] }
  const token = known?.attempt.token ?? facts.newToken()
  const boot = { token, number: 0, mac, address }
  try {
    const content = prepareAttempt(spec, boot, place, facts.render)
    const attempt = { ...boot, host: name, openedAt: facts.now(), void: false, burnt: [], content }
    const stranger = { ...known, host, attempt, burnt: known?.burnt ?? new Set<string>() }
    return { told: booted(content, place), effects: [{ kind: 'stranger', stranger }] }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { told: local({ code: 'no-script', error: text }), effects: [] }
  }
}
