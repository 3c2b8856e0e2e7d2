import type { AdminLogRow } from '../../api/admin.ts'
import type { CallbackRow } from '../../api/callbacks.ts'
import type { HostEvent } from '../../api/events.ts'
import type { Download, HostPowerRow, HostRow } from '../../api/hosts.ts'
import type { InstallRow } from '../../api/installs.ts'
import type { LeaseRow } from '../../api/networks.ts'
import { ordinal } from '../../base/amount.ts'
import { given } from '../../base/given.ts'
import type { EventRecord } from '../../boot/event-record.ts'
import type { Host } from '../../boot/host.ts'
import type { Delivery, HostRecord, PastInstall } from '../../boot/install.ts'
import type { Lease } from '../../boot/lease.ts'
import type { Lease6 } from '../../boot/lease6.ts'
import { idle, type Life, startIn } from '../../boot/life.ts'
import { maskValue } from '../../boot/mask.ts'
import type { PowerHeard } from '../../boot/power.ts'
import type { Reason } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { formatIpv4 } from '../../wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import { reasonFields } from './reason-fields.ts'

/** `at` is epoch milliseconds. */
export type AdminRecord = Omit<AdminLogRow, 'at' | 'hosts'> & {
  readonly at: number
  readonly hosts: readonly string[]
}

/** Its place in a line: for a free place, or to be started. */
export interface Turn {
  readonly of: 'places' | 'starts'
  /** How many go before it, and itself. */
  readonly place: number
  /** How many wait. */
  readonly length: number
}

/** What is known of a host besides the config and the record of its life. */
export interface LiveFacts {
  /** The address of its lease. */
  readonly leased?: IpAddress | undefined
  readonly turn?: Turn | undefined
  /** What it said it is when it last asked for something to boot. */
  readonly seen?: { readonly arch: string; readonly stage: string } | undefined
  readonly download?: Download | undefined
  readonly heard?: PowerHeard | undefined
}

/** A host as the API shows it: what the config says and what is remembered. */
export function hostView(host: Host, record: HostRecord | undefined, around: LiveFacts): HostRow {
  const { leased, seen, download, heard } = around
  const life = record?.life ?? idle
  const turn = turnIn(life, around.turn)
  const reserved = host.nics.find(nic => nic.address !== undefined)?.address
  const address = reserved ?? leased ?? host.nics.find(nic => nic.address6 !== undefined)?.address6
  const netboots = host.profile?.boot === 'always'
  const why = turn ? waitingFor(turn) : sentenceOf(life.why)
  return {
    name: host.name,
    mac: host.nics[0]?.mac ?? null,
    macs: host.nics.map(nic => nic.mac),
    address: address === undefined ? null : formatIpAddress(address),
    profile: host.profile?.name ?? null,
    tags: [...host.tags],
    state: life.state,
    netboots,
    why: netboots && life.state === 'idle' ? `netboots ${host.profile?.name}` : why,
    waiting: turn?.place ?? null,
    // A host that was never asked for is idle since no moment in particular.
    since: life.since === 0 ? null : new Date(life.since).toISOString(),
    install: record?.install ?? null,
    attempt: life.attempt,
    percent: record?.percent ?? null,
    progressAt: record?.progressAt === undefined ? null : new Date(record.progressAt).toISOString(),
    message: record?.message ?? null,
    lastSeen: record?.lastSeen === undefined ? null : new Date(record.lastSeen).toISOString(),
    arch: seen?.arch ?? null,
    stage: seen?.stage ?? null,
    download: download ?? null,
    power: host.power ? powerView(host.power.by, heard) : null,
    console: host.console?.by ?? null,
  }
}

/** Others wait to be switched on because somebody wants them on: that is not where their install is. */
function turnIn(life: Life, turn: Turn | undefined): Turn | undefined {
  return turn?.of === 'starts' && startIn(life)?.step !== 'due' ? undefined : turn
}

function waitingFor({ of, place, length }: Turn): string {
  if (of === 'places') return `waiting for a free place, ${ordinal(place)}`
  return `waits for its turn to be started: ${ordinal(place)} of ${length}`
}

function powerView(by: string, heard: PowerHeard | undefined): HostPowerRow {
  const state = heard?.ok ? heard.state : null
  const at = heard ? new Date(heard.at).toISOString() : null
  return { by, state, at, ...reasonFields(heard?.ok === false ? heard.why : undefined) }
}

export function hostDetails(
  host: Host,
  facts: unknown,
  blocked: Reason | undefined,
  downloads: readonly Download[],
) {
  return {
    blocked: blocked ? sentenceOf(blocked) : null,
    uuid: host.uuid ?? null,
    serial: host.foundBy?.serial ?? null,
    port: host.foundBy?.port ?? null,
    vars: maskValue({ ...host.profile?.vars, ...host.vars }) as Record<string, unknown>,
    nics: host.nics.map(nic => ({
      mac: nic.mac,
      address: nic.address === undefined ? null : formatIpv4(nic.address),
      network: nic.network ?? null,
    })),
    facts: maskValue(facts ?? null),
    config: maskValue(host),
    downloads: [...downloads],
  }
}

export function installView(install: PastInstall, attempts: number): InstallRow {
  return {
    id: install.id,
    profile: install.profile,
    askedAt: new Date(install.askedAt).toISOString(),
    endedAt: install.endedAt === undefined ? null : new Date(install.endedAt).toISOString(),
    outcome: install.outcome ?? null,
    ...reasonFields(install.reason),
    attempts,
  }
}

/** `place` is its place in the line of those that wait for a free one. */
export function callbackView(delivery: Delivery, place?: number): CallbackRow {
  const waits = delivery.state === 'due'
  return {
    id: delivery.id,
    host: delivery.host,
    install: delivery.install,
    attempt: delivery.attempt,
    name: delivery.callback,
    event: delivery.event,
    role: delivery.role,
    state: delivery.state,
    tries: delivery.tries,
    createdAt: new Date(delivery.createdAt).toISOString(),
    place: place ?? null,
    nextAt: waits && place === undefined ? new Date(delivery.nextAt).toISOString() : null,
    error: delivery.error ? sentenceOf(delivery.error) : null,
    ...given('errorCode', delivery.error?.code),
    retryable: isRetryable(delivery),
  }
}

/** Deploys that wait for a free place, in their order. */
export type DeployQueue = readonly { readonly id: number; readonly host: string }[]

export function callbackViews(deliveries: readonly Delivery[], line: DeployQueue): CallbackRow[] {
  const places = new Map(line.map(({ id }, index) => [id, index + 1]))
  return deliveries.map(delivery => callbackView(delivery, places.get(delivery.id)))
}

/** What reports may be told twice; what installs is never repeated, and what was told needs it not. */
export function isRetryable({ role, state, error }: Delivery): boolean {
  if (role !== 'report') return false
  return state === 'due' || state === 'undelivered' || (state === 'ended' && error !== undefined)
}

export function adminView({ at, ...entry }: AdminRecord): AdminLogRow {
  return { ...entry, at: new Date(at).toISOString(), hosts: [...entry.hosts] }
}

/** The sentence of the reason in an event's data, where it has one. */
export function reasonOf(data: unknown): { reason?: string } {
  const { why } = (data ?? {}) as { readonly why?: Reason }
  return why ? { reason: sentenceOf(why) } : {}
}

export function eventView(event: EventRecord): HostEvent {
  return {
    id: event.id,
    at: new Date(event.at).toISOString(),
    host: event.host,
    kind: event.kind,
    code: event.code,
    ...(event.data !== null && { data: event.data }),
    text: event.text,
    ...reasonOf(event.data),
    count: event.count,
  }
}

/** `now` is epoch milliseconds. */
export function leaseView(lease: Lease | Lease6, host: string | undefined, now: number): LeaseRow {
  const expired = lease.state === 'active' && lease.end <= now
  return {
    address: formatIpAddress(lease.address),
    mac: lease.mac ?? null,
    duid: 'duid' in lease ? lease.duid : null,
    host: host ?? null,
    network: lease.network,
    hostname: ('hostname' in lease && lease.hostname) || null,
    state: expired ? 'expired' : lease.state,
    end: new Date(lease.end).toISOString(),
  }
}
