import type { Client } from '../../src/boot/client.ts'
import { deadline } from '../../src/boot/deadline.ts'
import { idle, type Life, type LifeEvent, type Rules } from '../../src/boot/life.ts'
import { nextState } from '../../src/boot/next-state.ts'
import type { Reason } from '../../src/boot/reason.ts'
import { textOf } from '../../src/boot/words/event.ts'
import type { Mac } from '../../src/wire/address.ts'

export const start = Date.UTC(2026, 10, 20, 12)

export function client(more: Partial<Client> = {}): Client {
  const mac = '52:54:00:12:34:56' as Mac
  return { mac, stage: 'firmware', arch: 'bios', capable: true, ...more }
}

/** The defaults of the config. */
export function rules(more: Partial<Rules> = {}): Rules {
  return {
    boot: 'install',
    attempts: 3,
    expires: 24 * 3600,
    bootTimeout: 15 * 60,
    timeout: 60 * 60,
    ...more,
  }
}

/** What a story led to. Lists are in the order in which things happened. */
export interface Told {
  readonly life: Life
  /** Every state the host was in, each named once as it was entered. */
  readonly states: string
  readonly notified: string
  readonly deploys: string
  readonly notes: readonly string[]
  /** Attempts that were opened. */
  readonly opened: number
  readonly revoked: number
}

/**
 * Plays a story such as `asked, script, +15m`. `+15m` lets time pass in steps of a second, and the
 * clocks with it; `new script` is a script request that begins a boot where we see no DHCP;
 * `switching 1`, `switched 1 again`, `refused 2` are of the starts for these attempts, `stays 1` of a system that does not kexec; `netboots` is an
 * install that its machine asks for; `failed: text` carries a message, `undeployed: exit code 1` a reason; `heard` means that we sent it bytes.
 */
export function tell(story: string, by: Rules, from: Life = idle): Told {
  let life = from
  let now = start
  let heardAt = 0
  const states: string[] = [from.state]
  const notified: string[] = []
  const deploys: string[] = []
  const notes: string[] = []
  let opened = 0
  let revoked = 0

  const happen = (event: LifeEvent) => {
    const step = nextState(life, event, by, now)
    if (!step) return
    if (step.life.state !== life.state) states.push(step.life.state)
    if (step.notify) notified.push(step.notify)
    if (step.deploy && step.life !== life) deploys.push(step.deploy)
    if (step.note) notes.push(textOf(step.note))
    if (step.opens) opened += 1
    if (step.revokes) revoked += 1
    life = step.life
  }
  const pass = (seconds: number) => {
    const until = now + seconds * 1000
    for (;;) {
      const end = deadline(life, by, heardAt)
      if (!end || end.at > until) break
      now = Math.max(now, end.at)
      happen({ kind: 'late', why: end.why })
    }
    now = until
  }
  for (const word of story.split(',').map(part => part.trim())) {
    if (word.startsWith('+')) pass(secondsOf(word))
    else if (word === 'heard') heardAt = now
    else happen(eventOf(word))
  }
  return {
    life,
    states: states.join(' > '),
    notified: notified.join(' '),
    deploys: deploys.join(' '),
    notes,
    opened,
    revoked,
  }
}

function secondsOf(word: string): number {
  const [, count = '', unit = ''] = /^\+(\d+)(s|m|h)$/.exec(word) ?? []
  const size = { s: 1, m: 60, h: 3600 }[unit]
  if (size === undefined) throw new Error(`no duration: ${word}`)
  return Number(count) * size
}

function eventOf(word: string): LifeEvent {
  const [kind = '', message] = word.split(': ')
  if (kind === 'script') return { kind: 'script', newBoot: false }
  if (kind === 'new script') return { kind: 'script', newBoot: true }
  const [, step, attempt, again] =
    /^(switching|switched|refused|stays) (\d)( again)?$/.exec(kind) ?? []
  if (step !== undefined) {
    const which = { attempt: Number(attempt), again: again !== undefined }
    if (step === 'switching') return { kind: step, ...which }
    const why: Reason =
      step === 'stays'
        ? { code: 'kexec-refused', said: 'kexec cannot load it' }
        : { code: 'bmc-login', address: 'bmc:623', user: 'admin' }
    return {
      kind: 'switched',
      ...which,
      outcome: step === 'switched' ? { ok: true } : { ok: false, why },
    }
  }
  if (kind === 'netboots') return { kind: 'asked', netboots: true }
  if (kind === 'unexpected') return { kind, difference: { code: 'no-facts' } }
  if (kind === 'undeployed') {
    const exit = Number(/^exit code (\d+)$/.exec(message ?? '')?.[1])
    return { kind, because: { code: 'exit-code', exit } }
  }
  return { kind, ...(message !== undefined && { message }) } as LifeEvent
}
