import { given } from '../base/given.ts'
import type { NewEvent } from '../boot/event-record.ts'
import type { Attempt } from '../boot/install.ts'
import type { PhoneHomeMessage } from '../boot/phone-home.ts'
import type { Reason } from '../boot/reason.ts'
import { formatIpAddress } from '../wire/ip-address.ts'
import { addFacts } from './facts.ts'
import type { LoginOf } from './ssh/logins.ts'
import type { Stranger } from './strangers.ts'
import { attemptUsed, isMachine, type TokenParts, type TokenUse } from './token-use.ts'

interface NoFile {
  readonly kind: 'forbidden' | 'gone'
  readonly why: Reason
}

export type FileAnswer =
  /** `burns`: it is gone when it was downloaded. */
  { readonly kind: 'file'; readonly text: string; readonly burns?: true } | NoFile

export type LoginAnswer = { readonly kind: 'file'; readonly bytes: Uint8Array } | NoFile

/** What an answer file is answered with. */
interface TokenFile {
  readonly answer: FileAnswer
  /** For the timeline of its host, when it is really asked for. */
  readonly event?: NewEvent
  /** The attempt whose file it is, where it gets it. */
  readonly attempt?: Attempt
}

const burnt: FileAnswer = { kind: 'gone', why: { code: 'burnt' } }

/** An answer file of the running attempt, for the machine only; `said` is what it said of itself with it. */
export function giveFile(
  name: string,
  use: TokenUse,
  parts: TokenParts,
  said?: Pick<PhoneHomeMessage, 'facts' | 'left'>,
): FileAnswer {
  attemptUsed(use, parts)
  const { answer, event, attempt } = lookForFile(name, use, parts)
  const { memory } = parts.deps
  if (event) memory.record(event)
  if (!attempt) return answer
  const { host } = attempt
  memory.write(() => {
    const data = { name, ...given('left', said?.left) }
    memory.record({ host, kind: 'file', code: 'fetched', data })
    if (said?.facts !== undefined) addFacts(host, said.facts, memory)
    parts.live.takeOver(attempt)
    parts.lives.apply(host, { kind: 'alive' })
  })
  return answer
}

/** The same without a trace. */
export function lookForFile(name: string, use: TokenUse, parts: TokenParts): TokenFile {
  const stranger = parts.strangers.byToken(use.token)
  if (stranger) return lookForStrangersFile(stranger, name, use, parts)
  const attempt = parts.live.byToken(use.token)
  const { installs } = parts.deps.memory
  if (!attempt || !installs.hasFile(use.token, name)) return gone({ code: 'file-missing' })
  const refused = whyNotHosts(attempt, name, use, parts)
  if (refused) return refused
  // It may be megabytes: it is read for whoever gets it.
  const text = installs.file(use.token, name)
  if (text === undefined) return gone({ code: 'file-missing' })
  return { answer: { kind: 'file', text, ...burning(attempt, name) }, attempt }
}

/** The attempt of a client that is no host is in memory alone, with its files. */
function lookForStrangersFile(
  stranger: Stranger,
  name: string,
  use: TokenUse,
  parts: TokenParts,
): TokenFile {
  const { attempt } = stranger
  const text = new Map(Object.entries(attempt.content.files)).get(name)
  if (text === undefined) return gone({ code: 'file-missing' })
  const refused = whyNotStrangers(stranger, name, use, parts)
  return { answer: refused ?? { kind: 'file', text, ...burning(attempt, name) } }
}

function burning({ content }: Attempt, name: string): { readonly burns?: true } {
  return content.burn?.includes(name) ? { burns: true } : {}
}

/** Why a client that is no host does not get its file; undefined where it does. */
function whyNotStrangers(
  { host, burnt: isGone }: Stranger,
  name: string,
  { address, place }: TokenUse,
  { scripts }: TokenParts,
): FileAnswer | undefined {
  const strangeness = scripts.strangeness({ host, address, place })
  if (strangeness) return { kind: 'forbidden', why: { code: 'not-its-own' } }
  return isGone.has(name) ? burnt : undefined
}

/** Why a host does not get its file; undefined where it does. */
function whyNotHosts(
  attempt: Attempt,
  name: string,
  use: TokenUse,
  parts: TokenParts,
): TokenFile | undefined {
  const { host, install } = attempt
  if (!parts.live.mayRun(attempt)) return gone({ code: 'booted-anew', host })
  if (!isMachine(attempt, use, parts)) {
    const data = { host, name, address: formatIpAddress(use.address) }
    return {
      answer: { kind: 'forbidden', why: { code: 'file-of-another', ...data } },
      event: { host, kind: 'stranger', code: 'file', data },
    }
  }
  if (attempt.burnt.includes(name)) {
    return { answer: burnt, event: { host, kind: 'file', code: 'burnt', data: { name } } }
  }
  const { state } = parts.lives.lifeOf(host)
  const isOpen = install === undefined || state === 'booting' || state === 'installing'
  return isOpen ? undefined : gone({ code: 'host-is', host, state })
}

function gone(why: Reason): TokenFile {
  return { answer: { kind: 'gone', why } }
}

/** An answer file that burns went out to its last byte. */
export function burn(token: string, name: string, { strangers, deps }: TokenParts): void {
  const stranger = strangers.byToken(token)
  if (stranger) stranger.burnt.add(name)
  else deps.memory.installs.burn(token, name)
}

/** What lets us into the installer of the running attempt, as an initrd: for the machine only. */
export function giveLogin(use: TokenUse, parts: TokenParts): LoginAnswer {
  const attempt = attemptUsed(use, parts)
  const { logins } = parts.deps
  const of = attempt && loginOf(attempt)
  if (!of || !logins.hasInitrd(of)) return { kind: 'gone', why: { code: 'login-missing' } }
  const { host } = attempt
  if (!isMachine(attempt, use, parts)) {
    const data = { host, address: formatIpAddress(use.address) }
    parts.deps.memory.record({ host, kind: 'stranger', code: 'login', data })
    return { kind: 'forbidden', why: { code: 'login-of-another', ...data } }
  }
  const { state } = parts.lives.lifeOf(host)
  const isOpen = parts.live.mayRun(attempt) && state === 'booting'
  if (!isOpen) return { kind: 'gone', why: { code: 'host-is', host, state } }
  const bytes = logins.initrd(of)
  return bytes ? { kind: 'file', bytes } : { kind: 'gone', why: { code: 'login-missing' } }
}

function loginOf({ install, number }: Attempt): LoginOf | undefined {
  return install === undefined ? undefined : { install, attempt: number }
}
