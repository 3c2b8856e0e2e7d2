import { given } from '../base/given.ts'
import { createLimiter } from '../base/per-minute.ts'
import type { PhoneHomeData } from '../boot/event-data.ts'
import type { Attempt } from '../boot/install.ts'
import { isRunning, type PhoneHomeEvent } from '../boot/life.ts'
import type { PhoneHomeMessage } from '../boot/phone-home.ts'
import type { Reason } from '../boot/reason.ts'
import { textOf } from '../boot/words/event.ts'
import { formatIpv4, type Ipv4 } from '../wire/address.ts'
import type { InstallDeps, Place } from './deps.ts'
import type { Lives } from './life.ts'
import { createLiveAttempts } from './live-attempts.ts'
import type { Scripts } from './scripts.ts'
import type { Strangers } from './strangers.ts'

/** HTTP status of the answer. 403: not from the machine. 404: no such token. 429: too many. */
export type Heard = { readonly status: 204 | 403 | 404 | 429; readonly reason?: string }

export type FileAnswer =
  /** `burns`: it is gone when it was downloaded. */
  | { readonly kind: 'file'; readonly text: string; readonly burns?: true }
  | { readonly kind: 'forbidden' | 'gone'; readonly why: Reason }

export type LoginAnswer =
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly kind: 'forbidden' | 'gone'; readonly why: Reason }

/** What an answer file would be answered with. */
interface Looked {
  readonly answer: FileAnswer
  /** Where the timeline of its host is to be told. */
  readonly attempt?: Attempt
}

const burntFile = { kind: 'gone', why: { code: 'burnt' } } as const

const perSecond = 10
/** What a boot may still say when the next one has begun. */
const ends: readonly PhoneHomeEvent[] = ['done', 'up']

/** Everything that a machine does with the token of its attempt. */
export function createPhoneHome(
  deps: InstallDeps,
  lives: Lives,
  scripts: Scripts,
  strangers: Strangers,
) {
  const { memory } = deps
  const limiter = createLimiter({ burst: perSecond, perSecond }, deps.now)

  const live = createLiveAttempts(deps, lives, scripts)
  const { byToken: attemptOf, hostOf, mayRun, takeOver } = live
  const isMachine = (attempt: Attempt, address: Ipv4, place: Place): boolean => {
    const host = hostOf(attempt)
    if (!host) return false
    return deps.identify({ host, address, network: place.network.name, attempt }).kind === 'machine'
  }
  /** The attempt of a token. By its use one that was only prepared begins, where its own machine uses it. */
  const used = (token: string, address: Ipv4, place: Place): Attempt | undefined => {
    const attempt = attemptOf(token)
    if (!attempt?.prepared || !isMachine(attempt, address, place)) return attempt
    live.begin(attempt)
    return attemptOf(token)
  }
  /** An installed system may call from any address, but not from one that another host has. */
  const otherHostAt = (attempt: Attempt, address: Ipv4, place: Place): string | undefined => {
    const found = deps.macsOf(address).flatMap(mac => deps.hostOf(mac)?.name ?? [])
    if (found.length === 0 || found.includes(attempt.host)) return undefined
    return isMachine(attempt, address, place) ? undefined : found[0]
  }

  return {
    /** Why nobody with this token is listened to now; undefined where he is. To be asked once a message. */
    refusal(token: string): Heard | undefined {
      if (!attemptOf(token) && !strangers.byToken(token)) return { status: 404 }
      if (limiter.take(token)) return undefined
      return { status: 429, reason: `more than ${perSecond} a second` }
    },

    /** What the installer said; everything it leads to is written, not yet committed. */
    hear(token: string, said: PhoneHomeMessage, address: Ipv4, place: Place): Heard {
      const attempt = used(token, address, place)
      if (!attempt) return { status: strangers.byToken(token) ? 204 : 404 }
      const { host } = attempt
      const other = otherHostAt(attempt, address, place)
      if (other !== undefined) {
        const data = { host, event: said.event, address: formatIpv4(address), of: other }
        memory.record({ host, kind: 'stranger', code: 'phone-home', data })
        return { status: 404 }
      }
      const mustBeIt = said.event === 'ready' || attempt.prepared
      if (mustBeIt && !isMachine(attempt, address, place)) {
        const data = { host, event: said.event, address: formatIpv4(address) }
        const event = { kind: 'stranger', code: 'phone-home', data } as const
        memory.record({ host, ...event })
        return { status: 403, reason: textOf(event) }
      }
      memory.write(() => {
        note(attempt, said)
        if (said.facts !== undefined) memory.hosts.saveFacts(host, said.facts)
        if (attempt.install === undefined) return
        const { event, message, facts } = said
        // Once a later boot has spoken this one is over: it may end the install and nothing else.
        if (mayRun(attempt)) takeOver(attempt)
        else if (!ends.includes(event)) return
        const circumstance = {
          ...(message !== undefined && { message }),
          ...(facts !== undefined && { facts }),
        }
        if (event === 'ready') lives.ready(host, circumstance)
        else
          lives.apply(
            host,
            { kind: event, ...(message !== undefined && { message }) },
            circumstance,
          )
        if (event === 'progress' && isRunning(lives.lifeOf(host)))
          memory.hosts.saveProgress(host, said.percent, message)
      })
      return { status: 204 }
    },

    /** What lets us into the installer of the running attempt, as an initrd: for the machine only. */
    login(token: string, address: Ipv4, place: Place): LoginAnswer {
      const attempt = used(token, address, place)
      const of = attempt?.install !== undefined && {
        install: attempt.install,
        attempt: attempt.number,
      }
      const bytes = of ? deps.logins.initrd(of) : undefined
      if (!attempt || !bytes) return { kind: 'gone', why: { code: 'login-missing' } }
      if (!isMachine(attempt, address, place)) {
        const { host } = attempt
        const data = { host, address: formatIpv4(address) }
        memory.record({ host, kind: 'stranger', code: 'login', data })
        return { kind: 'forbidden', why: { code: 'login-of-another', ...data } }
      }
      const { state } = lives.lifeOf(attempt.host)
      const open = mayRun(attempt) && state === 'booting'
      if (open) return { kind: 'file', bytes }
      return { kind: 'gone', why: { code: 'host-is', host: attempt.host, state } }
    },

    /** An answer file of the running attempt, for the machine only; `told` is what it said of itself with it. */
    file(
      token: string,
      name: string,
      address: Ipv4,
      place: Place,
      told?: Pick<PhoneHomeMessage, 'facts' | 'left'>,
    ): FileAnswer {
      used(token, address, place)
      const { answer, attempt } = look(token, name, address, place)
      if (!attempt) return answer
      const { host } = attempt
      if (answer.kind === 'forbidden') {
        memory.record({ host, ...strangerAsks(attempt, name, address) })
      } else if (answer === burntFile) {
        memory.record({ host, kind: 'file', code: 'burnt', data: { name } })
      } else if (answer.kind === 'file') {
        memory.write(() => {
          const data = { name, ...given('left', told?.left) }
          memory.record({ host, kind: 'file', code: 'fetched', data })
          if (told?.facts !== undefined) memory.hosts.saveFacts(host, told.facts)
          takeOver(attempt)
          lives.apply(host, { kind: 'alive' })
        })
      }
      return answer
    },

    /** The same without a trace: what a HEAD is told. */
    fileLooked: (token: string, name: string, address: Ipv4, place: Place): FileAnswer =>
      look(token, name, address, place).answer,

    /** An answer file that burns went out to its last byte. */
    burn(token: string, name: string): void {
      const stranger = strangers.byToken(token)
      if (stranger) stranger.burnt.add(name)
      else memory.installs.burn(token, name)
    },
  }

  function look(token: string, name: string, address: Ipv4, place: Place): Looked {
    const stranger = strangers.byToken(token)
    const attempt = stranger?.attempt ?? attemptOf(token)
    const text = attempt && new Map(Object.entries(attempt.content.files)).get(name)
    if (!attempt || text === undefined) return gone({ code: 'file-missing' })
    const burns = attempt.content.burn?.includes(name) && ({ burns: true } as const)
    const file = { kind: 'file', text, ...burns } as const
    if (stranger) {
      const why = scripts.strangeness({ host: stranger.host, address, place })
      if (why) return { answer: { kind: 'forbidden', why: { code: 'not-its-own' } } }
      return { answer: stranger.burnt.has(name) ? burntFile : file }
    }
    if (!mayRun(attempt)) return gone({ code: 'booted-anew', host: attempt.host })
    if (!isMachine(attempt, address, place)) {
      const { data } = strangerAsks(attempt, name, address)
      return { answer: { kind: 'forbidden', why: { code: 'file-of-another', ...data } }, attempt }
    }
    if (attempt.burnt.includes(name)) return { answer: burntFile, attempt }
    const { state } = lives.lifeOf(attempt.host)
    const open = attempt.install === undefined || state === 'booting' || state === 'installing'
    if (open) return { answer: file, attempt }
    return gone({ code: 'host-is', host: attempt.host, state })
  }

  function gone(why: Reason): Looked {
    return { answer: { kind: 'gone', why } }
  }

  function note(attempt: Attempt, said: PhoneHomeMessage): void {
    const { event: code, percent, message, left, facts } = said
    const data: PhoneHomeData = {
      attempt: attempt.number,
      ...(percent !== undefined && { percent }),
      ...(message !== undefined && { message }),
      ...skewOf(facts),
      ...given('left', left),
    }
    memory.record({ host: attempt.host, kind: 'phone-home', code, data })
  }
}

/** Somebody asks for an answer file of a host. */
function strangerAsks({ host }: Attempt, name: string, address: Ipv4) {
  const data = { host, name, address: formatIpv4(address) }
  return { kind: 'stranger', code: 'file', data } as const
}

/** Seconds by which a clock must differ to be worth a word; the way of a message is much shorter. */
const leastSkew = 30

/** How far the machine's clock is ahead, where its facts say its `time` in epoch seconds. */
function skewOf(facts: unknown, now = Date.now()): { skew?: number } {
  const { time } = (facts ?? {}) as { readonly time?: unknown }
  const skew = Math.round(Number(time) - now / 1000)
  const isTime = typeof time === 'number' || (typeof time === 'string' && /^\d+$/.test(time))
  return isTime && Number.isFinite(skew) && Math.abs(skew) >= leastSkew ? { skew } : {}
}

export type PhoneHome = ReturnType<typeof createPhoneHome>
