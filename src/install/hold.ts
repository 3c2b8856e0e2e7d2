import { isDeepStrictEqual } from 'node:util'
import type { BootRequest, Delivered, Held } from '../boot/deliver.ts'
import type { NewAttempt } from '../boot/install.ts'
import { applyEffects, type BootEffect, type EffectDeps } from './boot-effects.ts'
import type { BootAnswer, BootFacts } from './boot-facts.ts'

/** How the desk answers. */
export interface Answering {
  readonly facts: BootFacts
  readonly deps: EffectDeps
  answer(request: BootRequest): BootAnswer
  /** Makes an answer come true. */
  give(request: BootRequest, answer: BootAnswer): Delivered
}

/**
 * Answers a request whose sender may be forged. Nothing of it happens before the machine is known to be
 * there, but a token that is on its way must be good whatever happens to us.
 */
export function hold(request: BootRequest, { facts, deps, answer, give }: Answering): Held {
  const held = answer(request)
  keepTokens(held.effects, facts, deps)
  const before = standingOf(held, facts)
  return {
    told: held.told,
    arrived() {
      const isAsBefore = isDeepStrictEqual(before, standingOf(held, facts))
      give(request, isAsBefore ? held : answer(request))
    },
  }
}

function keepTokens(effects: readonly BootEffect[], facts: BootFacts, deps: EffectDeps): void {
  const now = effects.flatMap((effect): BootEffect[] => {
    if (effect.kind === 'shown' || effect.kind === 'stranger') return [effect]
    if (effect.kind !== 'opened') return []
    const { host, number, install } = effect.attempt
    const stored = facts.preparedAttempt(host, number, install)
    // A flood of requests must not become a flood of writes.
    if (stored && isSame(stored, effect.attempt)) return []
    return [{ ...effect, attempt: { ...effect.attempt, prepared: true } }]
  })
  applyEffects(now, deps)
}

function isSame(one: NewAttempt, other: NewAttempt): boolean {
  const isIts = one.token === other.token && one.mac === other.mac && one.address === other.address
  if (!isIts) return false
  const { files, ...content } = one.content
  const { files: otherFiles, ...otherContent } = other.content
  return (
    JSON.stringify(content) === JSON.stringify(otherContent) && isDeepStrictEqual(files, otherFiles)
  )
}

/** All on disk that an answer to a host depends on. */
function standingOf({ host }: BootAnswer, facts: BootFacts) {
  const record = host && facts.record(host.name)
  const running = host && facts.currentAttempt(host.name, record?.install)
  return { life: record?.life, install: record?.install, running: running?.token }
}
