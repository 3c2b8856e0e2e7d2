import t, { type Test } from 'tap'
import type { Lease6 } from '../../src/boot/lease6.ts'
import { createLeases6 } from '../../src/store/leases6.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import type { Ipv6 } from '../../src/wire/ipv6.ts'
import { makeFolder } from '../folder.ts'
import { mac, start } from './examples.ts'

async function open(t: Test, dataDir: string) {
  const db = await openSqlite(dataDir)
  let isClosed = false
  const close = () => {
    if (!isClosed) db.close()
    isClosed = true
  }
  t.teardown(close)
  return { leases: createLeases6(db), close }
}

const [first, second] = ['2001:db8::5', '2001:db8::6'] as Ipv6[] as [Ipv6, Ipv6]
const lease: Lease6 = {
  ...{ address: first, network: 'lan', mac, duid: '0003', iaid: 0xfedcba98 },
  ...{ start, end: start + 3_600_000, state: 'active' },
}
const { mac: _, ...nameless } = { ...lease, address: second, duid: '0004' }

t.test('IPv6 leases survive a restart, with and without a MAC', async t => {
  const dataDir = makeFolder(t)
  const before = await open(t, dataDir)
  await Promise.all([before.leases.save(lease), before.leases.save(nameless)])
  before.close()
  const { leases } = await open(t, dataDir)
  t.strictSame(leases.all(), [lease, nameless])
  t.strictSame(leases.byAddress(first), lease)
})

t.test('a machine is found by its MAC, or by its DUID where one of them is not known', async t => {
  const { leases } = await open(t, makeFolder(t))
  await leases.save(lease)
  await leases.save(nameless)
  const other = '52:54:00:00:00:99' as typeof mac
  t.equal(leases.byClient('lan', { mac, duid: 'ffff' })?.address, first, 'another program of it')
  t.equal(leases.byClient('lan', { duid: '0003' })?.address, first)
  t.equal(leases.byClient('lan', { mac: other, duid: '0003' }), undefined, 'another card')
  t.equal(leases.byClient('lan', { mac: other, duid: '0004' })?.address, second)
  t.equal(leases.byClient('far', { mac, duid: '0003' }), undefined)

  await leases.save({ ...lease, mac: other, duid: '0009' })
  t.equal(leases.byClient('lan', { mac, duid: '0003' }), undefined, 'the address went to another')
  t.equal(leases.byClient('lan', { mac: other, duid: 'x' })?.address, first)
})
