import { isInForce, type Lease } from '../boot/lease.ts'
import type { AddressRange, Ipv4 } from '../wire/address.ts'
import type { Database, Statement } from './database.ts'
import { createKeptLeases } from './kept-leases.ts'
import { createLeaseBook } from './lease-book.ts'
import { createLeaseIndex } from './lease-index.ts'
import { createPreparedLeases } from './prepared-leases.ts'
import type { StoredLease } from './tables.ts'

/** Most systems take an offer at once. For those that do not the lease is written when they do. */
const promptMs = 1000
/** What a flood of offers has left is put back by and by: more than comes, and holding up nobody. */
const fewAtOnce = 16

interface Store {
  readonly db: Database
  readonly insert: Statement
  readonly remove: Statement
  readonly book: ReturnType<typeof createLeaseBook>
  readonly index: ReturnType<typeof createLeaseIndex>
  readonly prepared: ReturnType<typeof createPreparedLeases>
  readonly kept: ReturnType<typeof createKeptLeases>
}

/** The leases on disk, and all of them in memory too: they are asked for with every packet. */
export function createLeases(db: Database) {
  const store = openStore(db)
  const { book, index } = store
  return {
    known: index.known,
    held: index.held,
    ended: index.ended,
    declined: index.declined,
    byMac: book.byMac,
    apart: book.apart,
    byAddress: book.byAddress,
    kept: store.kept.of,
    /** Whether the network ever gave an address. */
    gave: (network: string): boolean =>
      book.all().some(lease => lease.network === network && lease.state !== 'declined'),
    /** How many addresses of the range are leased at `now`. */
    inRange: (network: string, range: AddressRange, now: number): number =>
      book.all().filter(lease => lease.network === network && isTaken(lease, range, now)).length,
    /** By address. */
    all: (): Lease[] => book.all().sort((a, b) => a.address - b.address),
    save: (lease: Lease): Promise<void> => save(store, lease),
    prepare: (lease: Lease, now: number): void => prepare(store, lease, now),
    /** Puts back all that was prepared and not saved. */
    restoreAll: () => restore(store, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY),
  }
}

const columns = 'address, network, mac, client_id, hostname, start, end, state, holder'

function openStore(db: Database): Store {
  const book = createLeaseBook()
  const store: Store = {
    db,
    insert: db.statement(
      `insert or replace into leases (${columns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    remove: db.statement('delete from leases where address = ?'),
    book,
    index: createLeaseIndex(book.byAddress),
    prepared: createPreparedLeases(),
    kept: createKeptLeases(book.byAddress),
  }
  const inOrder = db.statement<StoredLease>(`select ${columns} from leases order by end`)
  for (const row of inOrder.iterate()) put(store, leaseOf(row))
  followLeases(store)
  return store
}

/** What another daemon leases stands in the book too. */
function followLeases(store: Store): void {
  const one = store.db.statement<StoredLease>(`select ${columns} from leases where address = ?`)
  store.db.onFollowed?.(({ table, key }) => {
    if (table !== 'leases') return
    const row = one.get(Number(key))
    const gone = row ? undefined : store.book.byAddress(Number(key) as Ipv4)
    if (row) put(store, leaseOf(row))
    // The book forgets none: an address that was prepared and not taken is nobody's.
    else if (gone) put(store, nobodys(gone))
  })
}

/** A lease that was none. */
function nobodys(lease: Lease): Lease {
  return { ...lease, end: lease.start, state: 'released' }
}

function put({ book, index }: Store, lease: Lease): void {
  book.put(lease)
  index.put(lease)
}

function write({ db, insert }: Store, lease: Lease): void {
  const { address, network, mac, start, end, state } = lease
  const { clientId = null, hostname = null, holder = null } = lease
  db.run(insert, address, network, mac, clientId, hostname, start, end, state, holder)
}

/** Resolves when it is on disk; rejects when it could not be. */
function save(store: Store, lease: Lease): Promise<void> {
  const { db, kept, prepared } = store
  const onDisk = prepared.take(lease)
  if (!onDisk) write(store, lease)
  if (db.away) kept.begin(lease)
  put(store, lease)
  const stored = onDisk ?? db.committed()
  if (!db.away) return stored
  return stored.then(
    () => kept.stored(lease),
    error => takeBack(store, lease, error),
  )
}

/**
 * A lease that could not be kept is nobody's: the book says again what is kept, so that nobody is told of an
 * end that is not. It may be kept later, which holds the address longer than need be.
 */
function takeBack(store: Store, lease: Lease, error: unknown): never {
  const before = store.kept.failed(lease)
  if (before) put(store, before.kept ?? nobodys(lease))
  throw error
}

/**
 * Writes the lease of an address that was offered, so that `save` has nothing to wait for when it
 * is taken within a second: its end on disk is that second later. It does not hold before it is
 * saved. If it is not, the disk gets back what the book says with one of the next offers; after a
 * crash before that the address is held as if it had been. Not while the disk is busy: it would
 * not be on disk sooner than with `save`.
 */
function prepare(store: Store, lease: Lease, now: number): void {
  restore(store, now, fewAtOnce)
  const { db, prepared } = store
  if (db.isBusy()) return
  const latest = { ...lease, end: lease.end + promptMs }
  write(store, latest)
  prepared.add(latest, now + promptMs, db.committed())
}

/** Puts back what was prepared and not saved until `now`, at most so many. */
function restore(store: Store, now: number, most: number): void {
  const { db, remove, book, prepared } = store
  for (const address of prepared.ended(now, most)) {
    const lease = book.byAddress(address)
    if (lease) write(store, lease)
    else db.run(remove, address)
  }
}

function isTaken(lease: Lease, { from, to }: AddressRange, now: number): boolean {
  return isInForce(lease, now) && lease.address >= from && lease.address <= to
}

function leaseOf(row: StoredLease): Lease {
  const { address, network, mac, start, end, state } = row
  return {
    address,
    network,
    mac,
    ...(row.client_id !== null && { clientId: row.client_id }),
    ...(row.hostname !== null && { hostname: row.hostname }),
    start,
    end,
    state,
    ...(row.holder !== null && { holder: row.holder }),
  }
}
