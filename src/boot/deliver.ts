import type { Ipv4, Mac } from '../wire/address.ts'
import type { Client } from './client.ts'
import { type Answer, decide, type KnownHost, type Site } from './decide.ts'
import type { Host } from './host.ts'
import type { AttemptContent } from './install.ts'
import type { Abilities } from './loaders/kind.ts'
import { type BootContent, type MenuContent, toDisk } from './script.ts'

/** Where a request came from and which of our addresses it reached. */
export interface Caller {
  readonly address: Ipv4
  readonly localAddress: Ipv4
}

/** A machine that asks what to do next, in whatever loader's language. */
export interface BootRequest {
  readonly mac: Mac
  readonly uuid?: string
  /** What iPXE read from the board. */
  readonly serial?: string
  readonly caller: Caller
  /** What it asks for, as the timeline says it: `script`, `GRUB config`. */
  readonly what: string
  /** What it can boot. */
  readonly loader: Abilities
}

/** What a request leads to, once the decision says "boot". */
export type Booted =
  | ({ readonly kind: 'boot' } & Pick<AttemptContent, 'title' | 'image' | 'parts' | 'kexec'>)
  | { readonly kind: 'local' | 'forbidden'; readonly reason: string }
  | MenuContent

/** What the answer needs of the rest of the program. */
export interface BootDesk {
  /** `netboots`: this is the machine's own boot, not somebody looking at it. */
  host(
    mac: Mac,
    uuid: string | undefined,
    caller: Caller,
    netboots: boolean,
  ): { host: Host; known: KnownHost } | undefined
  site(caller: Caller): Site
  /** Waits until it is known whether the assets of a due host are what they must be. */
  verified(mac: Mac): Promise<void> | undefined
  /** Opens or repeats the attempt; everything it leads to is written, not yet committed. */
  boot(host: Host | undefined, mac: Mac, caller: Caller, loader: Abilities): Booted
  /** A host that is sent to its disk asked for its script. */
  sentToDisk(host: Host, caller: Caller): void
  /** Tells the timeline what a request was answered. */
  seen(event: {
    mac: Mac
    host: Host | undefined
    caller: Caller
    what: string
    answer: Delivered['kind']
    reason: string
    uuid?: string
    serial?: string
  }): void
}

/** What the machine is told, for its loader's kind to write. */
export type Delivered =
  | { readonly kind: 'none'; readonly reason: string }
  | { readonly kind: 'forbidden'; readonly reason: string }
  | { readonly kind: 'local' | 'menu'; readonly reason: string; readonly content: BootContent }
  | ({ readonly kind: 'boot'; readonly reason: string; readonly content: BootContent } & Pick<
      AttemptContent,
      'parts'
    >)

/** Answers a machine that asks what to do next. The caller commits before the answer leaves. */
export async function deliver(request: BootRequest, desk: BootDesk): Promise<Delivered> {
  const { mac, caller, what, uuid, serial } = request
  await desk.verified(mac)
  const { host, answer } = decided(request, desk, true)
  const delivered = followed(answer, host, request, desk)
  const { kind, reason } = delivered
  const said = { ...(uuid !== undefined && { uuid }), ...(serial !== undefined && { serial }) }
  desk.seen({ mac, host, caller, what, answer: kind, reason, ...said })
  return delivered
}

/** What {@link deliver} would decide, for somebody who only looks: it counts nothing. */
export function preview(request: BootRequest, desk: BootDesk): Answer {
  return decided(request, desk, false).answer
}

function decided({ mac, uuid, caller }: BootRequest, desk: BootDesk, netboots: boolean) {
  const found = desk.host(mac, uuid, caller, netboots)
  const client: Client = { mac, stage: 'script', arch: 'unknown', capable: true }
  return { host: found?.host, answer: decide(client, found?.known, desk.site(caller)) }
}

function followed(
  { kind, reason }: Answer,
  host: Host | undefined,
  { mac, caller, loader }: BootRequest,
  desk: BootDesk,
): Delivered {
  if (kind === 'local' && host) desk.sentToDisk(host, caller)
  if (kind === 'local') return { kind, reason, content: toDisk(reason) }
  if (kind !== 'boot') return { kind: 'none', reason }
  const booted = desk.boot(host, mac, caller, loader)
  switch (booted.kind) {
    case 'boot':
      return { kind: 'boot', reason: booted.title, content: booted, parts: booted.parts ?? [] }
    case 'local':
      return { kind: 'local', reason: booted.reason, content: toDisk(booted.reason) }
    case 'menu':
      return { kind: 'menu', reason: 'a menu to choose from', content: booted }
    case 'forbidden':
      return { kind: 'forbidden', reason: booted.reason }
  }
}
