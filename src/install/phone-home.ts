import { given } from '../base/given.ts'
import { createLimiter, type Limiter } from '../base/per-minute.ts'
import type { PhoneHomeData } from '../boot/event-data.ts'
import type { NewEvent } from '../boot/event-record.ts'
import type { PhoneHomeEvent } from '../boot/host-state.ts'
import type { Attempt } from '../boot/install.ts'
import { isRunning } from '../boot/life.ts'
import type { PhoneHomeMessage } from '../boot/phone-home.ts'
import { textOf } from '../boot/words/event.ts'
import { isAgentWork, isOwnWord } from '../boot/work-order.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import { hearCapturer } from './capture.ts'
import type { InstallDeps } from './deps.ts'
import { type AgentOutlook, type AgentWork, agentWork, hearStranger } from './discovered.ts'
import { hearEraser } from './erasure.ts'
import { addFacts } from './facts.ts'
import type { Lives } from './life.ts'
import { createLiveAttempts } from './live-attempts.ts'
import type { Scripts } from './scripts.ts'
import type { Strangers } from './strangers.ts'
import {
  burn,
  type FileAnswer,
  giveFile,
  giveLogin,
  type LoginAnswer,
  lookForFile,
} from './token-files.ts'
import {
  attemptUsed,
  isMachine,
  otherHostAt,
  type PhoneHomeAnswer,
  specOf,
  type TokenParts,
  type TokenUse,
} from './token-use.ts'
import { giveOrder, type OrderAnswer } from './work-order.ts'

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
  const limiter = createLimiter({ burst: perSecond, perSecond }, deps.now)
  const live = createLiveAttempts(deps, lives, scripts)
  const parts: TokenParts = { deps, lives, scripts, strangers, live }
  return {
    /** Why nobody with this token is listened to now; undefined where he is. To be asked once a message. */
    refusal: (token: string): PhoneHomeAnswer | undefined => refusalOf(token, limiter, parts),

    /** What the installer said; everything it leads to is written, not yet committed. */
    hear: (use: TokenUse, said: PhoneHomeMessage): PhoneHomeAnswer => hear(use, said, parts),

    /** What the agent is to do that waits with this token; undefined where it is none of a stranger's boot. */
    work: (token: string, outlook: AgentOutlook): AgentWork | undefined =>
      agentWork(token, outlook, parts),

    /** What the agent of an install is to do to disks; undefined where its installer is another. */
    order: (use: TokenUse): OrderAnswer | undefined => giveOrder(use, parts),

    /** What lets us into the installer of the running attempt, as an initrd: for the machine only. */
    login: (use: TokenUse): LoginAnswer => giveLogin(use, parts),

    /** An answer file of the running attempt, for the machine only; `said` is what it said of itself with it. */
    file: (
      use: TokenUse,
      name: string,
      said?: Pick<PhoneHomeMessage, 'facts' | 'left'>,
    ): FileAnswer => giveFile(name, use, parts, said),

    /** The same without a trace: what a HEAD is told. */
    fileLooked: (use: TokenUse, name: string): FileAnswer => lookForFile(name, use, parts).answer,

    /** An answer file that burns went out to its last byte. */
    burn: (token: string, name: string): void => burn(token, name, parts),
  }
}

export type PhoneHome = ReturnType<typeof createPhoneHome>

function refusalOf(
  token: string,
  limiter: Limiter,
  parts: TokenParts,
): PhoneHomeAnswer | undefined {
  if (!parts.live.byToken(token) && !parts.strangers.byToken(token)) return { status: 404 }
  if (limiter.take(token)) return undefined
  return { status: 429, reason: `more than ${perSecond} a second` }
}

function hear(use: TokenUse, said: PhoneHomeMessage, parts: TokenParts): PhoneHomeAnswer {
  const { memory } = parts.deps
  const attempt = attemptUsed(use, parts)
  if (!attempt) return hearStranger(use, said, parts)
  const unheard = whyUnheard(attempt, use, said, parts)
  if (unheard) {
    memory.record(unheard.event)
    return unheard.heard
  }
  const heard = mayTellFacts(attempt, use, said.event, parts) ? said : withoutFacts(said)
  memory.write(() => takeIn(attempt, heard, parts))
  return { status: 204 }
}

/** Why a message is not believed, and what the timeline is told of that. */
function whyUnheard(
  attempt: Attempt,
  use: TokenUse,
  { event }: PhoneHomeMessage,
  parts: TokenParts,
): { readonly heard: PhoneHomeAnswer; readonly event: NewEvent } | undefined {
  const { host, prepared } = attempt
  const called = { host, event, address: formatIpAddress(use.address) }
  const strange = (data: typeof called & { of?: string }) =>
    ({ host, kind: 'stranger', code: 'phone-home', data }) as const
  const of = otherHostAt(attempt, use, parts)
  if (of !== undefined) return { heard: { status: 404 }, event: strange({ ...called, of }) }
  const spec = specOf(attempt, parts)
  const mustBeIt = event === 'ready' || prepared || (spec && isOwnWord(spec.profile))
  if (!mustBeIt || isMachine(attempt, use, parts)) return undefined
  const told = strange(called)
  return { heard: { status: 403, reason: textOf(told) }, event: told }
}

/**
 * By its facts the disk is chosen that is written to: they are the machine's own to tell, whoever else has its token.
 * Those by which disks are erased or read come with `ready`.
 */
function mayTellFacts(attempt: Attempt, use: TokenUse, event: string, parts: TokenParts): boolean {
  const spec = specOf(attempt, parts)
  if (spec && isOwnWord(spec.profile) && event !== 'ready') return false
  return !spec || !isAgentWork(spec) || isMachine(attempt, use, parts)
}

function withoutFacts({ facts: _, ...said }: PhoneHomeMessage): PhoneHomeMessage {
  return said
}

/** What the machine itself said: into the timeline, and into the life of its host. */
function takeIn(attempt: Attempt, said: PhoneHomeMessage, parts: TokenParts): void {
  const { deps, lives, live } = parts
  const { memory } = deps
  const { host, install } = attempt
  const { event, message, facts, percent } = said
  memory.record({ host, kind: 'phone-home', code: event, data: dataOf(attempt, said, deps) })
  if (facts !== undefined) addFacts(host, facts, memory)
  if (install === undefined) return
  // Once a later boot has spoken this one is over: it may end the install and nothing else.
  if (live.mayRun(attempt)) live.takeOver(attempt)
  else if (!ends.includes(event)) return
  const circumstance = {
    ...(message !== undefined && { message }),
    ...(facts !== undefined && { facts }),
  }
  const spec = specOf(attempt, parts)
  if (event === 'ready') lives.ready(host, circumstance)
  else if (spec?.profile.erase) hearEraser(attempt, spec, said, parts)
  else if (spec?.profile.capture) hearCapturer(attempt, spec.profile.capture, said, parts)
  else lives.apply(host, { kind: event, ...(message !== undefined && { message }) }, circumstance)
  if (event === 'progress' && isRunning(lives.lifeOf(host)))
    memory.hosts.saveProgress(host, percent, message)
}

function dataOf(
  { number }: Attempt,
  said: PhoneHomeMessage,
  { clock }: InstallDeps,
): PhoneHomeData {
  const { percent, message, left, facts } = said
  return {
    attempt: number,
    ...(percent !== undefined && { percent }),
    ...(message !== undefined && { message }),
    ...skewOf(facts, clock.wall()),
    ...given('left', left),
  }
}

/** Seconds by which a clock must differ to be worth a word; the way of a message is much shorter. */
const leastSkew = 30

/** How far the machine's clock is ahead, where its facts say its `time` in epoch seconds. */
function skewOf(facts: unknown, now: number): { skew?: number } {
  const { time } = (facts ?? {}) as { readonly time?: unknown }
  const skew = Math.round(Number(time) - now / 1000)
  const isTime = typeof time === 'number' || (typeof time === 'string' && /^\d+$/.test(time))
  return isTime && Number.isFinite(skew) && Math.abs(skew) >= leastSkew ? { skew } : {}
}
