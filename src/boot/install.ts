import { given } from '../base/given.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { CallbackEvent, NixosAnywhereCallback } from './callback.ts'
import type { Host, Profile } from './host.ts'
import type { Life, Rules } from './life.ts'
import type { Reason } from './reason.ts'
import type { BootImage } from './script.ts'

/** What is remembered of a host. Times are epoch milliseconds. */
export interface HostRecord {
  readonly name: string
  readonly life: Life
  /** Id of the current or last install. */
  readonly install?: string
  readonly percent?: number
  /** When it said that; wall-clock epoch milliseconds. */
  readonly progressAt?: number
  readonly message?: string
  readonly lastSeen?: number
  /** What an earlier boot said: the first UUID that was heard of it (SMBIOS). */
  readonly uuid?: string
}

/** A file of the config with the URL path we serve it under and what it was when it was named. */
export interface Asset {
  /** Path part of its URL, such as `/assets/images/debian/linux`. */
  readonly url: string
  readonly path: string
  readonly size: number
  /** Changes when the file does: size, modification time and inode. */
  readonly version: string
  /** The sha256 that the config says it has, in hex. */
  readonly sha256?: string
}

/** What an image is when it is unpacked: bytes, and their sha256 in hex. */
export interface Unpacked {
  readonly bytes: number
  readonly sha256: string
}

/** Whose disk an image was, and when it came; ISO 8601. */
export interface CapturedFrom {
  readonly host: string
  readonly install: string
  readonly at: string
}

/** An image for a disk as it is served, with what it becomes. */
export interface DiskImage extends Asset {
  readonly unpacked: Unpacked
}

/** A file behind a URL of our own; only this version of it is served there (see `assetVersion`). */
export type PublishedFile = Pick<Asset, 'path' | 'version'>

/** The version of a file by its status (`fs.BigIntStats`). */
export function assetVersion(status: { size: bigint; mtimeNs: bigint; ino: bigint }): string {
  const { size, mtimeNs, ino } = status
  return [size, mtimeNs, ino].map(number => number.toString(36)).join('-')
}

/** What an install was asked with; a reload changes the next install, never this one. */
export interface Spec {
  readonly host: Host
  readonly profile: Profile
  readonly kernel: Asset
  readonly initrd: readonly Asset[]
  /** The file of its boot media that told the kernel's arguments: part of what must stay together. */
  readonly told?: Asset
  /** A static kexec that came with the boot media. */
  readonly kexec?: Asset
  /** What is written onto a disk. */
  readonly image?: DiskImage
  /** Sources of the answer files' templates, by name. */
  readonly templates: Readonly<Record<string, string>>
}

/** Every file that a spec is made of. */
export function assetsOf({ kernel, initrd, told, kexec, image }: Spec): Asset[] {
  return [kernel, ...initrd, told, kexec, image].filter(asset => asset !== undefined)
}

/** One wish to install one host. Its id sorts by time. */
export interface Install {
  readonly id: string
  readonly host: string
  readonly profile: string
  readonly spec: Spec
  readonly askedAt: number
  readonly endedAt?: number
  readonly outcome?: string
  readonly reason?: Reason
}

/** An install as people read it, without what it was asked with. */
export type PastInstall = Omit<Install, 'spec'>

/** What one boot is given: rendered once, so that it is the same however often it is fetched. */
export interface AttemptContent {
  readonly title: string
  readonly image: BootImage
  /** Words of the profile's command line that are not in it; attempts of older versions do not tell. */
  readonly leftOut?: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** Names of those that are gone after the first complete download. */
  readonly burn?: readonly string[]
  /** The phone-home URL. */
  readonly phoneHome: string
  /** What its templates were rendered with; callbacks are rendered with the same. */
  readonly context: Readonly<Record<string, unknown>>
  /** The files behind the URLs of the image; attempts of older versions do not tell them. */
  readonly parts?: readonly Asset[]
  /** A static kexec that came with the boot media. */
  readonly kexec?: Asset
  /** URL paths that must have been fetched whole before the kernel can run. */
  readonly assets: readonly string[]
}

/** One boot of an install, numbered, with its token; a `boot: always` host has one without an install. */
export interface Attempt {
  readonly token: string
  readonly install?: string
  readonly host: string
  readonly number: number
  readonly mac: Mac
  readonly address: IpAddress
  readonly openedAt: number
  /** The token is good no more. */
  readonly void: boolean
  /**
   * Sent by datagrams to a machine that has shown by nothing yet that it is there: the attempt does not
   * count, but its token is good for that machine.
   */
  readonly prepared?: true
  /** Names of answer files that are gone, because they were downloaded. */
  readonly burnt: readonly string[]
  readonly content: AttemptContent
  readonly proof?: Proof
}

/** One that is written down for the first time. */
export type NewAttempt = Omit<Attempt, 'void' | 'burnt'>

/** Its installer let us in and showed that it is this attempt, on the right machine. */
export interface Proof {
  /** Where. */
  readonly address: IpAddress
  /** The boot that it runs; every boot has another id. */
  readonly bootId: string
}

/** A callback with its templates rendered. Timeouts are seconds. */
export type Target =
  | {
      readonly kind: 'webhook'
      readonly url: string
      readonly secretFile?: string
      /** URL of the proxy that it goes through. */
      readonly proxy?: string
      readonly timeout: number
    }
  | {
      readonly kind: 'command'
      readonly run: readonly string[]
      readonly cwd: string
      readonly env: Readonly<Record<string, string>>
      readonly timeout: number
    }
  | {
      readonly kind: 'ssh'
      readonly script: string
      readonly args: readonly string[]
      /** Variables of the script, on the machine. */
      readonly vars: Readonly<Record<string, string>>
      /** Variables of our own end. */
      readonly env: Readonly<Record<string, string>>
      readonly timeout: number
    }
  | {
      readonly kind: 'nixosAnywhere'
      readonly options: NixosOptions
      readonly cwd: string
      readonly env: Readonly<Record<string, string>>
      readonly timeout: number
    }
  | { readonly kind: 'broken'; readonly reason: string }

/** The options of a `nixosAnywhere` callback with their templates rendered. */
export type NixosOptions = Omit<NixosAnywhereCallback, 'kind' | 'name' | 'when' | 'cwd' | 'timeout'>

/** One callback that is to be made, or was: a line of the outbox. */
export interface Delivery {
  readonly id: number
  /** The idempotency key: `<install>/<attempt>/<callback>/<event>`. */
  readonly key: string
  readonly host: string
  readonly install: string
  readonly attempt: number
  readonly callback: string
  readonly event: CallbackEvent
  /** `report` tells, `deploy` installs. */
  readonly role: 'report' | 'deploy'
  readonly target: Target
  readonly body: string
  readonly state: 'due' | 'running' | 'delivered' | 'undelivered' | 'ended'
  readonly tries: number
  readonly createdAt: number
  readonly nextAt: number
  /** Why it was tried in vain. */
  readonly error?: Reason
  /** Process group of a running command and its leader's start time in clock ticks since boot. */
  readonly group?: { readonly pgid: number; readonly start: number }
}

export type NewDelivery = Pick<
  Delivery,
  'key' | 'host' | 'install' | 'attempt' | 'callback' | 'event' | 'role' | 'target' | 'body'
>

/** Seconds from a reset to its DISCOVER that a machine is given whose host says nothing of it. */
const usualPost = 600

/** The clocks and branches of an install. */
export function rulesOf({ host, profile }: Pick<Spec, 'host' | 'profile'>): Rules {
  const { deploy, verifySsh } = profile
  const { post = usualPost, after } = host.power ?? {}
  return {
    boot: profile.boot,
    ...(deploy && { deploy: deploy.kind === 'webhook' ? 'webhook' : 'command' }),
    attempts: profile.attempts,
    expires: profile.expires,
    bootTimeout: profile.bootTimeout,
    timeout: profile.timeout,
    ...(profile.verifyUp !== undefined && { verifyUp: profile.verifyUp }),
    ...(verifySsh && { verifySsh: verifySsh.within }),
    ...(host.power && { power: { post, ...given('after', after) } }),
  }
}
