import type { Site } from '../boot/decide.ts'
import type { Delivered } from '../boot/deliver.ts'
import type { ContentOf } from '../boot/event.ts'
import type { Host, Login, Profile, UnknownHosts } from '../boot/host.ts'
import type { StrangerReason } from '../boot/identity.ts'
import type { Asset, Attempt, AttemptContent, HostRecord, Install, Spec } from '../boot/install.ts'
import { type Abilities, unbootable } from '../boot/loaders/kind.ts'
import type { Reason, Refused } from '../boot/reason.ts'
import { toDisk } from '../boot/script.ts'
import { because, sentenceOf } from '../boot/words/reason.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { BootEffect } from './boot-effects.ts'
import type { InstallDeps, Memory, ServedNetwork } from './deps.ts'
import type { Doubt } from './integrity.ts'
import type { ShownMenu } from './menus.ts'
import type { Overrides } from './spec.ts'
import type { LoginExtras, LoginOf, NewLogin } from './ssh/logins.ts'
import type { Stranger } from './strangers.ts'

/** A machine that asks what to do next. */
export interface Question {
  readonly mac: Mac
  readonly uuid?: string
  readonly address: IpAddress
  /** What asks, and what it can boot. */
  readonly loader: Abilities
  /** The network that it is in, as templates and as the decision know it. */
  readonly place: ServedNetwork
  readonly site: Site
  readonly unknown: UnknownHosts
}

/** What a machine gets, and what becomes of that when it is really given, in this order. */
export interface BootAnswer {
  readonly told: Delivered
  readonly effects: readonly BootEffect[]
  /** The host that it is. */
  readonly host?: Host
}

/** All that an answer is made of. Looking changes nothing; time and randomness are given. */
export interface BootFacts {
  /** Epoch milliseconds. */
  now(): number
  newId(now: number): string
  newToken(): string
  /** What lets us into an installer, made anew. */
  newLogin(login: Login): NewLogin
  hostOf(mac: Mac): Host | undefined
  profile(name: string): Profile | undefined
  record(host: string): HostRecord | undefined
  /** Which hosts and cards were ever seen. */
  readonly hosts: Pick<Memory['hosts'], 'has' | 'knowsMac'>
  install(id: string): Install | undefined
  currentAttempt(host: string, install?: string): Attempt | undefined
  /** One that was sent to the host and does not count yet, and what lets us into its installer. */
  preparedAttempt(host: string, number: number, install?: string): Attempt | undefined
  loginExtras(of: LoginOf): LoginExtras | undefined
  /** Why a request is not the host's own; undefined where it is. */
  strangeness(request: {
    readonly host: Host
    readonly address: IpAddress
    readonly place: ServedNetwork
    readonly uuid?: string
  }): StrangerReason | undefined
  /** Where we see no DHCP: whether nothing came for so long that a request begins a new boot. */
  wasSilent(host: Host, place: ServedNetwork): boolean
  /** It sent a DISCOVER since it was given its last boot. */
  isFresh(host: Host): boolean
  /** The token of the menu that a machine was shown and did not choose from yet. */
  shownMenu(menu: Omit<ShownMenu, 'token'>): string | undefined
  /** What a machine that is no host was given before. */
  stranger(mac: Mac): Stranger | undefined
  takeSpec(host: Host, overrides: Overrides): Spec | Refused
  doubtOf(spec: Spec): Doubt | undefined
  /** The first asset that is not what it was when the spec was taken. */
  changedAsset(spec: Spec): Asset | undefined
  render: InstallDeps['render']
}

/** Sent to the disk, with the reason on its screen, or as much of it as whoever asks may know. */
export function local(why: Reason, shown = why): Delivered {
  return { kind: 'local', ...because(why), shown, content: toDisk(sentenceOf(shown)) }
}

/** Told to boot what was made for this boot, there. */
export function booted(
  content: AttemptContent,
  { others = [] }: Pick<ServedNetwork, 'others'>,
): Delivered {
  const { title, image, files, parts, kexec, leftOut } = content
  return {
    kind: 'boot',
    ...because({ code: 'boots', title }),
    content: { kind: 'boot', title, image, ...(others.length > 0 && { others }) },
    with: { files, ...(parts && { parts }), ...(kexec && { kexec }), ...(leftOut && { leftOut }) },
  }
}

/** The same answer, of which something else comes first. */
export function withEffects(effects: readonly BootEffect[], answer: BootAnswer): BootAnswer {
  return { ...answer, effects: [...effects, ...answer.effects] }
}

/** Why a spec cannot be booted now by whoever asks; undefined where it can. */
export function whyNoBoot(
  spec: Spec,
  { loader }: Pick<Question, 'loader'>,
  { doubtOf }: Pick<BootFacts, 'doubtOf'>,
): Reason | undefined {
  return unbootable(spec.profile.kind ?? 'kernel', loader) ?? doubtOf(spec)?.why
}

export function tellAdmin({ name }: Host, told: ContentOf<'admin'>): BootEffect {
  return { kind: 'recorded', event: { host: name, ...told } }
}
