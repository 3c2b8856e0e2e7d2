import type { AddressRange, Ipv4, Mac } from '../wire/address.ts'
import type { Database } from './database.ts'
import { createLeaseIndex } from './lease-index.ts'

/** An address given to a client for a time. Times are epoch milliseconds. */
export interface StoredLease {
  readonly address: Ipv4
  readonly network: string
  readonly mac: Mac
  readonly clientId?: string
  readonly hostname?: string
  readonly start: number
  readonly end: number
  readonly state: 'active' | 'released' | 'declined'
}

/** The leases on disk. */
export function createLeases(db: Database) {
  const columns = 'address, network, mac, client_id, hostname, start, end, state'
  const byMac = db.statement(
    `select ${columns} from leases where mac = ? and network = ? order by end desc limit 1`,
  )
  const byAddress = db.statement(`select ${columns} from leases where address = ?`)
  const all = db.statement(`select ${columns} from leases order by address`)
  const inOrder = db.statement('select address, network, end, state from leases order by end')
  const gave = db.statement(
    "select 1 from leases where network = ? and state != 'declined' limit 1",
  )
  const inRange = db.statement(
    "select count(*) as count from leases where network = ? and state = 'active' and end > ? and address between ? and ?",
  )
  const save = db.statement(
    `insert or replace into leases (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  const index = createLeaseIndex()
  for (const row of inOrder.iterate()) index.put(row as unknown as StoredLease)

  return {
    known: index.known,
    held: index.held,
    ended: index.ended,
    byMac: (network: string, mac: Mac): StoredLease | undefined => leaseOf(byMac.get(mac, network)),
    byAddress: (address: Ipv4): StoredLease | undefined => leaseOf(byAddress.get(address)),
    /** Whether the network ever gave an address. */
    gave: (network: string): boolean => gave.get(network) !== undefined,
    /** How many addresses of the range are leased at `now`. */
    inRange: (network: string, { from, to }: AddressRange, now: number): number =>
      inRange.get(network, now, from, to)?.count as number,
    all: (): StoredLease[] => all.all().flatMap(row => leaseOf(row) ?? []),
    save(lease: StoredLease): void {
      db.write(() =>
        save.run(
          lease.address,
          lease.network,
          lease.mac,
          lease.clientId ?? null,
          lease.hostname ?? null,
          lease.start,
          lease.end,
          lease.state,
        ),
      )
      index.put(lease)
    },
  }
}

export type Leases = ReturnType<typeof createLeases>

function leaseOf(row: Record<string, unknown> | undefined): StoredLease | undefined {
  if (!row) return undefined
  return {
    address: row.address as Ipv4,
    network: row.network as string,
    mac: row.mac as Mac,
    ...(row.client_id !== null && { clientId: row.client_id as string }),
    ...(row.hostname !== null && { hostname: row.hostname as string }),
    start: row.start as number,
    end: row.end as number,
    state: row.state as StoredLease['state'],
  }
}
