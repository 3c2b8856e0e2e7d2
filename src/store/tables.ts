import type { HostState } from '../boot/host-state.ts'
import type { Delivery } from '../boot/install.ts'
import type { Lease } from '../boot/lease.ts'
import type { Lease6 } from '../boot/lease6.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { Ipv6 } from '../wire/ipv6.ts'

/** The rows of the database's tables. Times are epoch milliseconds, addresses are unsigned numbers, and those of IPv6 text. */

/** One row for each host that was ever seen or asked for; its presence makes a host "not new". */
export interface StoredHost {
  name: string
  state: HostState
  /** JSON of boot/life.ts Life. */
  life: string
  install: string | null
  /** When the state's clock runs out. */
  deadline: number | null
  percent: number | null
  /** When the percentage was told. */
  progress_at: number | null
  message: string | null
  facts: string | null
  last_seen: number | null
  /** The first UUID that was heard of it. */
  uuid: string | null
}

export interface StoredInstall {
  id: string
  host: string
  profile: string
  /** JSON of what it was asked with; its templates have a table. */
  spec: string
  asked_at: number
  ended_at: number | null
  outcome: string | null
  reason: string | null
}

/** One boot of an install, or the running boot of a `boot: always` host (then install is null). */
export interface StoredAttempt {
  token: string
  install: string | null
  host: string
  number: number
  mac: Mac
  address: IpAddress
  opened_at: number
  /** 1 when the token is good no more. */
  void: number
  /** JSON: title, image and so on; the answer files have a table. */
  content: string
  /** JSON of boot/install.ts Proof. */
  proof: string | null
  /** JSON: names of answer files that were downloaded and burn by that. */
  burnt: string
  /** 1 where it was sent and does not count yet. */
  prepared: number
}

export interface StoredLease {
  address: Ipv4
  network: string
  mac: Mac
  client_id: string | null
  hostname: string | null
  start: number
  end: number
  state: Lease['state']
  /** `renewing` or `apart`; null where the machine has it, as all leases from before did. */
  holder: NonNullable<Lease['holder']> | null
}

export interface StoredLease6 {
  address: Ipv6
  network: string
  /** Null where nothing tells it. */
  mac: Mac | null
  duid: string
  iaid: number
  start: number
  end: number
  state: Lease6['state']
}

export interface StoredEvent {
  id: number
  at: number
  /** When an equal event was last seen; `count` says how often. */
  last_at: number
  count: number
  host: string | null
  kind: string
  /** Null in lines from before codes. */
  code: string | null
  /** Empty where it is made from code and data. */
  text: string
  data: string | null
}

export interface StoredDelivery {
  id: number
  /** The idempotency key. */
  key: string
  host: string
  install: string
  attempt: number
  callback: string
  event: Delivery['event']
  /** `report` tells, `deploy` installs. */
  role: Delivery['role']
  /** JSON: the webhook or command, rendered. */
  target: string
  body: string
  state: Delivery['state']
  tries: number
  created_at: number
  next_at: number
  error: string | null
  pgid: number | null
  /** Start time of the process group's leader, in clock ticks since boot (proc(5) stat field 22). */
  process_start: number | null
}

/** What was done with a token of the admin API. */
export interface StoredAdminDeed {
  id: number
  at: number
  who: string
  address: string
  action: string
  text: string
  /** JSON: the names of the hosts it was done to. */
  hosts: string
  /** The idempotency key of the request, what it asked (a digest) and was answered (JSON). */
  key: string | null
  request: string | null
  answer: string | null
}

/** What was erased; its install may be forgotten. */
export interface StoredErasure {
  install: string
  host: string
  ended_at: number
  /** JSON of boot/erase.ts Erasure. */
  record: string
}

/** A card of a host that is found by something else than its MAC. */
export interface StoredHostCard {
  mac: Mac
  host: string
  /** When its machine was found to be the host. */
  at: number
}

/** Vendors of network cards that the drivers of iPXE hang on. */
export interface StoredNicVendor {
  vendor: string
  /** The loader that was fetched and never heard. */
  loader: string
  at: number
}

/** Who is logged in to the page; see store/sessions.ts. */
export interface StoredSession {
  id: string
  token: string
  proof: string
  ends_at: number
  opened_at: number
}
