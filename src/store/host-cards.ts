import type { Mac } from '../wire/address.ts'
import type { Database } from './database.ts'
import type { StoredHostCard } from './tables.ts'

/** The MACs of machines that are hosts by something else than their MAC, in the order of hearing. */
export function createHostCards(db: Database) {
  const all = db.statement<Pick<StoredHostCard, 'mac' | 'host'>>(
    'select mac, host from host_cards order by at, mac',
  )
  const put = db.statement('insert or replace into host_cards (mac, host, at) values (?, ?, ?)')
  const drop = db.statement('delete from host_cards where mac = ?')
  const known = new Map(all.all().map(({ mac, host }) => [mac, host]))
  db.onFollowed?.(({ table }) => {
    if (table !== 'host_cards') return
    known.clear()
    for (const { mac, host } of all.iterate()) known.set(mac, host)
  })
  const forget = (mac: Mac): void => {
    if (known.delete(mac)) db.run(drop, mac)
  }
  return {
    /** The host of each. */
    known: known as ReadonlyMap<Mac, string>,
    /** The MAC is this host's and no other's from now on; `at` is wall-clock epoch milliseconds. */
    save(mac: Mac, host: string, at: number): void {
      // It is heard last now.
      known.delete(mac)
      known.set(mac, host)
      db.run(put, mac, host, at)
    },
    forget,
  }
}
