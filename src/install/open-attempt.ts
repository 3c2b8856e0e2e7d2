import { given } from '../base/given.ts'
import type { Host } from '../boot/host.ts'
import type { Attempt, Spec } from '../boot/install.ts'
import type { BootEffect } from './boot-effects.ts'
import { type BootAnswer, type BootFacts, booted, type Question } from './boot-facts.ts'
import { contentAt, prepareAttempt } from './prepare.ts'

/** A new attempt and what it is told. Throws what its templates throw. */
export function opened(
  host: Host,
  spec: Spec,
  { number, install }: { readonly number: number; readonly install?: string },
  { mac, address, place }: Question,
  facts: BootFacts,
): BootAnswer {
  // One that was sent already and does not count yet is the same one: the machine may have it.
  const prepared = facts.preparedAttempt(host.name, number, install)
  const token = prepared?.token ?? facts.newToken()
  const boot = { token, number, mac, address, ...given('install', install) }
  const { login: way } = spec.profile
  const of = way && install !== undefined ? { install, attempt: number } : undefined
  const kept = of && prepared ? facts.loginExtras(of) : undefined
  const login = way && of && !kept ? facts.newLogin(way) : undefined
  const content = prepareAttempt(spec, boot, place, facts.render, kept ?? login?.extras)
  const attempt = { ...boot, host: host.name, openedAt: facts.now(), content }
  const effect: BootEffect = { kind: 'opened', attempt, ...(login && { login }) }
  return { host, told: booted(content, place), effects: [effect] }
}

/** A boot that was opened before, told again; where another daemon had opened it, with our URLs. */
export function again(host: Host, { token, content }: Attempt, { place }: Question): BootAnswer {
  const here = contentAt(content, place)
  const told = booted(here, place)
  if (here === content) return { host, told, effects: [] }
  return { host, told, effects: [{ kind: 'moved', token, content: here }] }
}
