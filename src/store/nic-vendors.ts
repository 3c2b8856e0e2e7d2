import type { Database } from './database.ts'
import type { StoredNicVendor } from './tables.ts'

/**
 * Vendors of network cards (`52:54:00`, the first half of the MAC) on which an iPXE with drivers of its
 * own was fetched and never heard.
 */
export function createNicVendors(db: Database) {
  const all = db.statement<Pick<StoredNicVendor, 'vendor'>>('select vendor from nic_vendors')
  const add = db.statement(
    'insert or ignore into nic_vendors (vendor, loader, at) values (?, ?, ?)',
  )
  const known = new Set(all.all().map(({ vendor }) => vendor))
  db.onFollowed?.(({ table, key }) => {
    if (table === 'nic_vendors') known.add(String(key))
  })
  return {
    isSilent: (vendor: string): boolean => known.has(vendor),
    /** `loader` is what was not heard; `at` is wall-clock epoch milliseconds. */
    save(vendor: string, loader: string, at: number): void {
      known.add(vendor)
      db.run(add, vendor, loader, at)
    },
  }
}
