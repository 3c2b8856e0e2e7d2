import { decide } from '../boot/decide.ts'
import type { Host } from '../boot/host.ts'
import type { StrangerReason } from '../boot/identity.ts'
import { type Install, rulesOf } from '../boot/install.ts'
import { knownOf } from '../boot/known-host.ts'
import { idle, isDue, isRunning, type Life } from '../boot/life.ts'
import { unbootable } from '../boot/loaders/kind.ts'
import { nextState } from '../boot/next-state.ts'
import type { Reason } from '../boot/reason.ts'
import { because } from '../boot/words/reason.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import { withUuid } from '../world/world.ts'
import { answerStranger, bootStranger } from './answer-stranger.ts'
import { firstBootOf } from './appear.ts'
import type { BootEffect } from './boot-effects.ts'
import {
  type BootAnswer,
  type BootFacts,
  local,
  type Question,
  tellAdmin,
  whyNoBoot,
  withEffects,
} from './boot-facts.ts'
import type { MenuChoice } from './menus.ts'
import { newInstall } from './new-install.ts'
import { menuProfiles, offerMenu, overriding } from './offer-menu.ts'
import { again, opened } from './open-attempt.ts'

/** Where a host is in its life, and whether it is the host itself that asks. */
interface Standing {
  readonly host: Host
  readonly life: Life
  /** The one under way, or the last one. */
  readonly install?: Install
  readonly isOwn: boolean
  /** Why not. */
  readonly stranger?: StrangerReason
}

/**
 * What a machine would get: the one answer that the real request applies, and that previews, `explain`
 * and dry runs only write. Pure: it looks at `facts` and changes nothing.
 */
export function answer(question: Question, facts: BootFacts): BootAnswer {
  const host = facts.hostOf(question.mac)
  if (!host) return answerStranger(question, facts)
  const standing = standingOf(host, question, facts)
  const { effects, install } = firstBoot(standing, question, facts)
  return withEffects(
    effects,
    answerHost(install ? asked(standing, install) : standing, question, facts),
  )
}

/** The same if an install of the host was asked for now. */
export function answerIfInstalled(host: Host, question: Question, facts: BootFacts): BootAnswer {
  const install = newInstall(host, {}, facts)
  if ('refused' in install) return { host, told: local(install.refused), effects: [] }
  return answerHost(asked(standingOf(host, question, facts), install), question, facts)
}

/** What a machine gets that chose in its menu. The first choice asks for the install, as the API would. */
export function answerChoice(
  { token, host, profile, first }: MenuChoice,
  question: Question,
  facts: BootFacts,
): BootAnswer {
  const chosen: BootEffect = { kind: 'chosen', token, profile }
  if (!host) return withEffects(first ? [chosen] : [], bootStranger(profile, question, facts))
  const standing = standingOf(host, question, facts)
  if (!first) return answerHost(standing, question, facts)
  const where = formatIpAddress(question.address)
  const refuse = (why: Reason, more: BootEffect[] = []): BootAnswer => {
    return { host, told: local(why), effects: [chosen, ...more] }
  }
  if (!standing.isOwn) return refuse({ code: 'not-the-host', address: where, host: host.name })
  const install = newInstall(host, overriding(host, profile), facts)
  const what = { profile: profile.name, address: where }
  if ('refused' in install) {
    const data = { ...what, why: install.refused }
    return refuse(install.refused, [
      tellAdmin(host, { kind: 'admin', code: 'chosen-refused', data }),
    ])
  }
  const told = tellAdmin(host, { kind: 'admin', code: 'chosen', data: what })
  const effects: BootEffect[] = [chosen, { kind: 'asked', install }, told]
  return withEffects(effects, answerHost(asked(standing, install), question, facts))
}

function standingOf(host: Host, { address, place, uuid }: Question, facts: BootFacts): Standing {
  const record = facts.record(host.name)
  const install = record?.install === undefined ? undefined : facts.install(record.install)
  const said = { ...(uuid !== undefined && { uuid }) }
  const stranger = facts.strangeness({ host, address, place, ...said })
  const isOwn = stranger === undefined
  const more = { ...(install && { install }), ...(stranger && { stranger }) }
  return { host, life: record?.life ?? idle, isOwn, ...more }
}

/** An install was just asked for: its life begins anew. */
function asked(standing: Standing, install: Install): Standing {
  const life = nextState(idle, { kind: 'asked' }, rulesOf(install.spec), install.askedAt)?.life
  return { ...standing, install, life: life ?? standing.life }
}

/** A host that netboots for the first time may be asked for by that. */
function firstBoot(
  { host, life, isOwn }: Standing,
  { loader, uuid }: Question,
  facts: BootFacts,
): { effects: BootEffect[]; install?: Install } {
  const known = knownOf(host, life, undefined)
  // A card of the host in another machine is not the host.
  const isBoot = isOwn && !loader.running && withUuid(host, known, uuid) === known
  const newOne = (host: Host) => newInstall(host, {}, facts)
  const first = isBoot ? firstBootOf(host, { ...facts, newInstall: newOne }) : undefined
  if (!first) return { effects: [] }
  const { install, told } = first
  const effects: BootEffect[] = [
    { kind: 'appeared', host },
    ...(install ? [{ kind: 'asked', install } as const] : []),
    ...(told ? [tellAdmin(host, told)] : []),
  ]
  return { effects, ...(install && { install }) }
}

function answerHost(standing: Standing, question: Question, facts: BootFacts): BootAnswer {
  const { host, life, install, isOwn, stranger } = standing
  const expected = knownOf(host, life, install?.spec.profile)
  const known = withUuid(host, expected, question.uuid)
  const { mac, site, loader } = question
  const client = { mac, stage: 'script', arch: 'unknown', capable: true } as const
  const { kind, why } = decide(client, known, site)
  if (kind !== 'boot') {
    // A machine at work that netboots has come back, unless it is another one by its uuid.
    const isBoot = isOwn && known === expected && !loader.running
    const event = { kind: 'script', newBoot: false } as const
    const effects: BootEffect[] = isBoot ? [{ kind: 'life', host: host.name, event }] : []
    // What an installer said when it failed is for nobody else.
    const shown: Reason = isOwn ? why : { code: 'host-is', host: host.name, state: life.state }
    return { host, told: local(why, shown), effects }
  }
  if (stranger) {
    const shown: Reason = { code: 'not-its-address', host: host.name }
    return { host, told: { kind: 'forbidden', ...because(stranger), shown }, effects: [] }
  }
  try {
    if (isRunning(life)) {
      if (!install) return { host, told: local(why), effects: [] }
      return answerInstall({ ...standing, install }, question, facts)
    }
    const offered = host.menu && menuProfiles(host, facts)
    return offered ? offerMenu(offered, question, facts, host) : netboot(host, question, facts)
  } catch (error) {
    const data = { error: error instanceof Error ? error.message : String(error) }
    const event = { host: host.name, kind: 'script', code: 'failed', data } as const
    const told = local({ code: 'no-script', host: host.name, ...data })
    return { host, told, effects: [{ kind: 'recorded', event }] }
  }
}

/** The installer, or why not yet or not any more. */
function answerInstall(
  { host, life, install }: Standing & { readonly install: Install },
  question: Question,
  facts: BootFacts,
): BootAnswer {
  const { name } = host
  const { spec } = install
  const late = (why: Reason): BootAnswer => {
    const effects: BootEffect[] = [{ kind: 'life', host: name, event: { kind: 'late', why } }]
    return { host, told: local(why), effects }
  }
  const unable = unbootable(spec.profile.kind ?? 'kernel', question.loader)
  if (unable !== undefined) return { host, told: local(unable), effects: [] }
  const changed = facts.changedAsset(spec)
  if (changed) {
    return late({ code: 'asset-changed', path: changed.path })
  }
  const doubt = facts.doubtOf(spec)
  if (doubt?.kind === 'wrong') return late(doubt.why)
  if (doubt) return { host, told: local(doubt.why), effects: [] }

  const event = { kind: 'script', newBoot: facts.wasSilent(host, question.place) } as const
  const step = nextState(life, event, rulesOf(spec), facts.now())
  const effects: BootEffect[] = [
    { kind: 'heard', host: name },
    { kind: 'life', host: name, event },
  ]
  if (step?.opens) {
    const attempt = { number: step.life.attempt, install: install.id }
    return withEffects(effects, opened(host, spec, attempt, question, facts))
  }
  const next = step?.life ?? life
  const running = facts.currentAttempt(name, install.id)
  if (step && isDue(next) && running) return withEffects(effects, again(host, running, question))
  const { state, why } = next
  return { host, told: local({ code: 'host-state', host: name, state, why }), effects }
}

/** `boot: always`: an attempt for each boot, without an install. */
function netboot(host: Host, question: Question, facts: BootFacts): BootAnswer {
  const spec = facts.takeSpec(host, {})
  if ('refused' in spec) return { host, told: local(spec.refused), effects: [] }
  const why = whyNoBoot(spec, question, facts)
  if (why) return { host, told: local(why), effects: [] }
  const running = facts.currentAttempt(host.name)
  const isNewBoot = facts.wasSilent(host, question.place) || facts.isFresh(host)
  const heard: BootEffect = { kind: 'heard', host: host.name }
  if (running && !isNewBoot && running.mac === question.mac) {
    return withEffects([heard], again(host, running, question))
  }
  const effects: BootEffect[] = [heard, { kind: 'netboots', host: host.name }]
  const attempt = { number: (running?.number ?? 0) + 1 }
  return withEffects(effects, opened(host, spec, attempt, question, facts))
}
