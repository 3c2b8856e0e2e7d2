import type { Ipv4, Mac } from '../wire/address.ts'
import { askBootServer, askLink } from './ask.ts'
import { chooseOffer, type Plan, rivalsOf } from './choose.ts'
import type { ClientKind } from './client-kind.ts'
import type { ProbeClient } from './clients.ts'
import { type Fetched, fetchHead, fetchTftp } from './fetch.ts'
import type { ServerOffer } from './offers.ts'

/** What one kind of client met. */
export interface Met {
  readonly client: ProbeClient
  readonly offers: readonly ServerOffer[]
  /** Never `ask`: the boot server was asked, and what it said is the plan; `no-boot` where it said nothing. */
  readonly plan: Exclude<Plan, { kind: 'ask' }>
  /** Of a plan to fetch: how that went. */
  readonly fetched?: Fetched
  /** Servers that name another boot file for it. */
  readonly rivals: readonly ServerOffer[]
}

export interface ProbeSettings {
  /** An address of ours on the link. */
  readonly own: Ipv4
  readonly kinds: readonly ClientKind[]
  /** Plays this machine instead of one that nobody knows. */
  readonly mac?: Mac
  /** How long offers are waited for. */
  readonly ms: number
  /** The MAC of a machine that nobody knows. */
  readonly stranger: Mac
  /** 32 bits. */
  random(): number
}

/**
 * Plays netbooting clients up to the loader or the script, and says what each would do. No address is taken, no
 * installer is begun. Strangers ask together and by one MAC, since dnsmasq pings for 3 s before it offers an
 * address to another one; a machine that is known asks as one kind after the other, as it would by itself.
 */
export async function probe(settings: ProbeSettings): Promise<Met[]> {
  const { own, kinds, mac, stranger, ms, random } = settings
  const clients = kinds.map(kind => ({ kind, mac: mac ?? stranger, xid: random() }))
  const groups = mac === undefined ? [clients] : clients.map(client => [client])
  const met: Met[] = []
  for (const group of groups) {
    const heard = await askLink(own, group, ms)
    for (const [client, offers] of heard) met.push(await meet(own, client, offers))
  }
  return met
}

async function meet(own: Ipv4, client: ProbeClient, offers: readonly ServerOffer[]): Promise<Met> {
  const plan = await follow(own, client, chooseOffer(client.kind, offers))
  const rivals = 'boot' in plan ? rivalsOf(client.kind, offers, plan.boot) : []
  const met = { client, offers, plan, rivals }
  return plan.kind === 'fetch' ? { ...met, fetched: await fetchFile(plan) } : met
}

async function follow(own: Ipv4, client: ProbeClient, plan: Plan): Promise<Met['plan']> {
  if (plan.kind !== 'ask') return plan
  const boot = await askBootServer(own, client, plan.boot, plan.at)
  if (!boot) return { kind: 'nothing', code: 'no-boot' }
  if (boot.bootFile === undefined) return { kind: 'disk', boot }
  return { kind: 'fetch', boot, file: boot.bootFile, from: boot.nextServer ?? boot.server }
}

/** A URL is only looked at; a loader is fetched whole, as firmware does. */
function fetchFile({ file, from }: Extract<Plan, { kind: 'fetch' }>): Promise<Fetched> {
  if (/^https?:/i.test(file)) return fetchHead(file)
  const [, named] = /^tftp:\/\/[^/]+\/(.*)$/i.exec(file) ?? []
  return fetchTftp(from, named ?? file)
}
