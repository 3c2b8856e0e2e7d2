import t from 'tap'
import { createNicVendors } from '../../src/store/nic-vendors.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'

t.test('a vendor is remembered over a restart', async t => {
  const folder = makeFolder(t)
  const db = await openSqlite(folder)
  const vendors = createNicVendors(db)
  t.notOk(vendors.isSilent('52:54:00'))
  vendors.save('52:54:00', 'ipxe.efi', 1)
  vendors.save('52:54:00', 'ipxe.efi', 2)
  t.ok(vendors.isSilent('52:54:00'))
  await db.committed()
  db.close()

  const again = await openSqlite(folder)
  t.ok(createNicVendors(again).isSilent('52:54:00'))
  t.notOk(createNicVendors(again).isSilent('52:54:01'))
  again.close()
})
