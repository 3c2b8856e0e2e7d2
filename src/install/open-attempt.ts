import type { Host } from '../boot/host.ts'
import type { Spec } from '../boot/install.ts'
import type { BootEffect } from './boot-effects.ts'
import { type BootAnswer, type BootFacts, booted, type Question } from './boot-facts.ts'
import { prepareAttempt } from './prepare.ts'

/** A new attempt and what it is told. Throws what its templates throw. */
export function opened(
  host: Host,
  spec: Spec,
  { number, install }: { readonly number: number; readonly install?: string },
  { mac, address, place }: Question,
  facts: BootFacts,
): BootAnswer {
  const token = facts.newToken()
  const boot = { token, number, mac, address, ...(install !== undefined && { install }) }
  const { login: way } = spec.profile
  const login = way && install !== undefined ? facts.newLogin(way) : undefined
  const content = prepareAttempt(spec, boot, place, facts.render, login?.extras)
  const attempt = { ...boot, host: host.name, openedAt: facts.now(), content }
  const effect: BootEffect = { kind: 'opened', attempt, ...(login && { login }) }
  return { host, told: booted(content), effects: [effect] }
}
