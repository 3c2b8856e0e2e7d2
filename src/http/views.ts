import type { Host } from '../boot/host.ts'
import type { Delivery, EventRecord, HostRecord, Install } from '../boot/install.ts'
import { idle } from '../boot/life.ts'
import { formatIpv4, type Ipv4, type Mac } from '../wire/address.ts'

export interface LeaseRecord {
  readonly address: Ipv4
  readonly network: string
  readonly mac: Mac
  readonly hostname?: string
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
}

/**
 * A host as the API shows it: what the config says and what is remembered. `turn` is how many installs
 * go before its own gets a place, and itself.
 */
export function hostView(
  host: Host,
  record: HostRecord | undefined,
  leased: Ipv4 | undefined,
  turn?: number,
) {
  const life = record?.life ?? idle
  const address = host.nics.find(nic => nic.address !== undefined)?.address ?? leased
  const netboots = host.profile?.boot === 'always'
  const why = turn === undefined ? life.why : `waiting for a free place, ${ordinal(turn)}`
  return {
    name: host.name,
    mac: host.nics[0]?.mac ?? null,
    macs: host.nics.map(nic => nic.mac),
    address: address === undefined ? null : formatIpv4(address),
    profile: host.profile?.name ?? null,
    tags: host.tags,
    state: life.state,
    netboots,
    why: netboots && life.state === 'idle' ? `netboots ${host.profile?.name}` : why,
    waiting: turn ?? null,
    // A host that was never asked for is idle since no moment in particular.
    since: life.since === 0 ? null : new Date(life.since).toISOString(),
    install: record?.install ?? null,
    attempt: life.attempt,
    percent: record?.percent ?? null,
    message: record?.message ?? null,
    lastSeen: record?.lastSeen === undefined ? null : new Date(record.lastSeen).toISOString(),
  }
}

/** `1st`, `2nd`, `3rd`, `11th` */
export function ordinal(n: number): string {
  const teen = Math.floor(n / 10) % 10 === 1
  const ending = teen ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}

export function hostDetails(
  host: Host,
  record: HostRecord | undefined,
  blocked: string | undefined,
) {
  return {
    blocked: blocked ?? null,
    uuid: host.uuid ?? null,
    vars: { ...host.profile?.vars, ...host.vars },
    nics: host.nics.map(nic => ({
      mac: nic.mac,
      address: nic.address === undefined ? null : formatIpv4(nic.address),
      network: nic.network ?? null,
    })),
    facts: record?.facts ?? null,
  }
}

export function installView(install: Install, attempts: number) {
  return {
    id: install.id,
    profile: install.profile,
    askedAt: new Date(install.askedAt).toISOString(),
    endedAt: install.endedAt === undefined ? null : new Date(install.endedAt).toISOString(),
    outcome: install.outcome ?? null,
    reason: install.reason ?? null,
    attempts,
  }
}

export function callbackView(delivery: Delivery) {
  const waits = delivery.state === 'due'
  return {
    name: delivery.callback,
    event: delivery.event,
    state: delivery.state,
    tries: delivery.tries,
    nextAt: waits ? new Date(delivery.nextAt).toISOString() : null,
    error: delivery.error ?? null,
  }
}

export function eventView(event: EventRecord) {
  return {
    id: event.id,
    at: new Date(event.at).toISOString(),
    host: event.host,
    kind: event.kind,
    text: event.text,
    count: event.count,
    ...(event.data !== null && { data: event.data }),
  }
}

/** `now` is epoch milliseconds. */
export function leaseView(lease: LeaseRecord, host: string | undefined, now: number) {
  const expired = lease.state === 'active' && lease.end <= now
  return {
    address: formatIpv4(lease.address),
    mac: lease.mac,
    host: host ?? null,
    network: lease.network,
    hostname: lease.hostname ?? null,
    state: expired ? 'expired' : lease.state,
    end: new Date(lease.end).toISOString(),
  }
}
