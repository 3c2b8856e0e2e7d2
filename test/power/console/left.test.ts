import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { dropLeft } from '../../../src/power/console/left.ts'
import { makeFolder } from '../../folder.ts'

const hour = 3600_000

t.test('a host that left the config keeps its console for a day', async t => {
  const folder = makeFolder(t, { node1: { piece: 'a' }, node2: { piece: 'b' } })
  const hosts = new Set(['node1'])
  const sweep = (now: number) => dropLeft(folder, host => hosts.has(host), now)
  t.strictSame(sweep(hour), [])
  t.strictSame(sweep(24 * hour), [], 'not yet a whole day')
  hosts.add('node2')
  t.strictSame(sweep(25 * hour), [], 'it is back')
  hosts.delete('node2')
  t.strictSame(sweep(30 * hour), [], 'it has left anew')
  t.strictSame(sweep(53 * hour), [])
  t.strictSame(sweep(54 * hour), ['node2'])
  t.strictSame(readdirSync(folder), ['node1'])
  t.strictSame(readdirSync(join(folder, 'node1')), ['piece'], 'who stays has no mark')
  t.strictSame(sweep(100 * hour), [])
})

t.test('a clock that was ahead, a mark that says nothing, and what is not ours', async t => {
  const folder = makeFolder(t, { 'a%2Fb': { piece: '' }, '%zz': {}, 'not ours': {}, file: '' })
  const sweep = (now: number) => dropLeft(folder, () => false, now)
  t.strictSame(sweep(1000 * hour), [])
  t.strictSame(sweep(hour), [], 'it counts from now on')
  t.strictSame(sweep(24 * hour), [])
  writeFileSync(join(folder, 'a%2Fb/left'), 'yesterday')
  t.strictSame(sweep(25 * hour), [])
  t.strictSame(sweep(49 * hour), ['a/b'])
  t.strictSame(readdirSync(folder).sort(), ['%zz', 'file', 'not ours'])
  t.notOk(existsSync(join(folder, 'not ours/left')))
  t.strictSame(
    dropLeft(join(folder, 'nothing'), () => false, 0),
    [],
  )
})
