import type { NewEvent } from '../boot/event-record.ts'
import type { Host, Profile } from '../boot/host.ts'
import type { AttemptContent, Install, NewAttempt } from '../boot/install.ts'
import type { LifeEvent } from '../boot/life.ts'
import type { Memory } from './deps.ts'
import { takeAlong } from './discovered.ts'
import type { Lives } from './life.ts'
import type { Menus, ShownMenu } from './menus.ts'
import type { Scripts } from './scripts.ts'
import type { Logins, NewLogin } from './ssh/logins.ts'
import type { Stranger, Strangers } from './strangers.ts'

/** One thing that an answer changes when it is really given. */
export type BootEffect =
  /** A host netbooted that was never seen before. */
  | { readonly kind: 'appeared'; readonly host: Host }
  | { readonly kind: 'asked'; readonly install: Install }
  | { readonly kind: 'life'; readonly host: string; readonly event: LifeEvent }
  /** It asked now, and its silence is over. */
  | { readonly kind: 'heard'; readonly host: string }
  /** A boot without an install begins: earlier ones are over. */
  | { readonly kind: 'netboots'; readonly host: string }
  | {
      readonly kind: 'opened'
      readonly attempt: NewAttempt
      readonly login?: NewLogin
    }
  /** An attempt of another daemon goes on here. */
  | { readonly kind: 'moved'; readonly token: string; readonly content: AttemptContent }
  | { readonly kind: 'stranger'; readonly stranger: Stranger }
  | { readonly kind: 'shown'; readonly menu: ShownMenu }
  | { readonly kind: 'chosen'; readonly token: string; readonly profile: Profile }
  | { readonly kind: 'recorded'; readonly event: NewEvent }

export interface EffectDeps {
  readonly memory: Memory
  readonly logins: Logins
  readonly lives: Lives
  readonly scripts: Scripts
  readonly strangers: Strangers
  readonly menus: Menus
}

/** Makes an answer come true: all of it is written together. */
export function applyEffects(effects: readonly BootEffect[], deps: EffectDeps): void {
  if (effects.length === 0) return
  deps.memory.write(() => {
    for (const effect of effects) apply(effect, deps)
  })
}

function apply(effect: BootEffect, deps: EffectDeps): void {
  const { memory, lives, scripts } = deps
  switch (effect.kind) {
    case 'appeared':
      takeAlong(effect.host, deps.strangers, memory)
      break
    case 'asked':
      lives.begin(effect.install)
      break
    case 'life':
      lives.apply(effect.host, effect.event)
      break
    case 'heard':
      scripts.heard(effect.host)
      break
    case 'netboots':
      memory.installs.voidAttempts(effect.host)
      scripts.netboots(effect.host)
      break
    case 'opened':
      open(effect, deps)
      break
    case 'moved':
      memory.installs.saveContent(effect.token, effect.content)
      break
    case 'stranger':
      deps.strangers.keep(effect.stranger)
      break
    case 'shown':
      deps.menus.show(effect.menu)
      break
    case 'chosen':
      deps.menus.chosen(effect.token, effect.profile)
      break
    case 'recorded':
      memory.record(effect.event)
  }
}

function open(
  { attempt, login }: Extract<BootEffect, { readonly kind: 'opened' }>,
  { memory, logins }: EffectDeps,
): void {
  const { install, number, prepared } = attempt
  const of = install !== undefined && { install, attempt: number }
  if (of && login) logins.prepare(of, login)
  if (of && !prepared) logins.keep(of)
  memory.installs.addAttempt(attempt)
}
