import { type Claimant6, type Lease6, latestOf6 } from '../boot/lease6.ts'
import type { Ipv6 } from '../wire/ipv6.ts'
import type { Database } from './database.ts'
import type { StoredLease6 } from './tables.ts'

const columns = 'address, network, mac, duid, iaid, start, end, state'

/** The IPv6 leases on disk, and all of them in memory too: they are asked for with every packet. */
export function createLeases6(db: Database) {
  const insert = db.statement(
    `insert or replace into leases6 (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const byAddress = new Map<Ipv6, Lease6>()
  /** By MAC and by DUID: a machine may be known by one of them only. */
  const shelves = new Map<string, readonly Lease6[]>()
  const rows = db.statement<StoredLease6>(`select ${columns} from leases6 order by end`)
  for (const row of rows.iterate()) put(leaseOf(row))
  const one = db.statement<StoredLease6>(`select ${columns} from leases6 where address = ?`)
  // None is ever deleted.
  db.onFollowed?.(({ table, key }) => {
    const row = table === 'leases6' ? one.get(key) : undefined
    if (row) put(leaseOf(row))
  })

  function put(lease: Lease6): void {
    const before = byAddress.get(lease.address)
    if (before) forget(before)
    byAddress.set(lease.address, lease)
    for (const key of keysOf(lease)) shelves.set(key, [...(shelves.get(key) ?? []), lease])
  }

  function forget(lease: Lease6): void {
    for (const key of keysOf(lease)) {
      const others = shelves.get(key)?.filter(own => own !== lease) ?? []
      if (others.length > 0) shelves.set(key, others)
      else shelves.delete(key)
    }
  }

  return {
    byAddress: (address: Ipv6): Lease6 | undefined => byAddress.get(address),
    /** The one of a machine in a network that lasts longest. */
    byClient(network: string, who: Claimant6): Lease6 | undefined {
      const own = keysOf(who).flatMap(key => shelves.get(key) ?? [])
      return latestOf6(own, network, who)
    },
    all: (): Lease6[] => [...byAddress.values()],
    /** Resolves when it is on disk; rejects when it could not be. */
    save(lease: Lease6): Promise<void> {
      const { address, network, mac = null, duid, iaid, start, end, state } = lease
      db.run(insert, address, network, mac, duid, iaid, start, end, state)
      put(lease)
      return db.committed()
    },
  }
}

function keysOf({ mac, duid }: Claimant6): string[] {
  return mac === undefined ? [duid] : [mac, duid]
}

function leaseOf({ mac, ...row }: StoredLease6): Lease6 {
  return { ...row, ...(mac === null ? {} : { mac }) }
}
