import type { Lease } from '../boot/lease.ts'
import type { AddressRange, Ipv4, Mac } from '../wire/address.ts'
import type { Database } from './database.ts'
import { createLeaseBook } from './lease-book.ts'
import { createLeaseIndex } from './lease-index.ts'
import { createPreparedLeases } from './prepared-leases.ts'

/** Most systems take an offer at once. For those that do not the lease is written when they do. */
const promptMs = 1000
/** What a flood of offers has left is put back by and by: more than comes, and holding up nobody. */
const fewAtOnce = 16

/** The leases on disk, and all of them in memory too: they are asked for with every packet. */
export function createLeases(db: Database) {
  const columns = 'address, network, mac, client_id, hostname, start, end, state'
  const inOrder = db.statement(`select ${columns} from leases order by end`)
  const insert = db.statement(
    `insert or replace into leases (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const remove = db.statement('delete from leases where address = ?')
  const prepared = createPreparedLeases()
  const book = createLeaseBook()
  const index = createLeaseIndex(book.byAddress)
  const put = (lease: Lease) => {
    book.put(lease)
    index.put(lease)
  }
  for (const row of inOrder.iterate()) put(leaseOf(row))

  function write(lease: Lease): void {
    db.run(
      insert,
      lease.address,
      lease.network,
      lease.mac,
      lease.clientId ?? null,
      lease.hostname ?? null,
      lease.start,
      lease.end,
      lease.state,
    )
  }

  function restore(now: number, most: number): void {
    for (const address of prepared.ended(now, most)) {
      const lease = book.byAddress(address)
      if (lease) write(lease)
      else db.run(remove, address)
    }
  }

  return {
    known: index.known,
    held: index.held,
    ended: index.ended,
    declined: index.declined,
    byMac: book.byMac,
    byAddress: book.byAddress,
    /** Whether the network ever gave an address. */
    gave: (network: string): boolean =>
      book.all().some(lease => lease.network === network && lease.state !== 'declined'),
    /** How many addresses of the range are leased at `now`. */
    inRange: (network: string, { from, to }: AddressRange, now: number): number =>
      book
        .all()
        .filter(
          ({ network: own, state, end, address }) =>
            own === network && state === 'active' && end > now && address >= from && address <= to,
        ).length,
    /** By address. */
    all: (): Lease[] => book.all().sort((a, b) => a.address - b.address),
    /** Resolves when it is on disk; rejects when it could not be. */
    save(lease: Lease): Promise<void> {
      const onDisk = prepared.take(lease)
      if (!onDisk) write(lease)
      put(lease)
      return onDisk ?? db.committed()
    },
    /**
     * Writes the lease of an address that was offered, so that `save` has nothing to wait for when it
     * is taken within a second: its end on disk is that second later. It does not hold before it is
     * saved. If it is not, the disk gets back what the book says with one of the next offers; after a
     * crash before that the address is held as if it had been. Not while the disk is busy: it would
     * not be on disk sooner than with `save`.
     */
    prepare(lease: Lease, now: number): void {
      restore(now, fewAtOnce)
      if (db.isBusy()) return
      const latest = { ...lease, end: lease.end + promptMs }
      write(latest)
      prepared.add(latest, now + promptMs, db.committed())
    },
    /** Puts back all that was prepared and not saved. */
    restoreAll: () => restore(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  }
}

export type Leases = ReturnType<typeof createLeases>

function leaseOf(row: Record<string, unknown>): Lease {
  return {
    address: row.address as Ipv4,
    network: row.network as string,
    mac: row.mac as Mac,
    ...(row.client_id !== null && { clientId: row.client_id as string }),
    ...(row.hostname !== null && { hostname: row.hostname as string }),
    start: row.start as number,
    end: row.end as number,
    state: row.state as Lease['state'],
  }
}
