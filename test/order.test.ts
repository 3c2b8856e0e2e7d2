import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { longest, longestFirst } from './order.ts'

t.test('what takes long comes first, all others by their names', async t => {
  const [first = '', second = ''] = longest
  t.strictSame(longestFirst(['test/b.test.ts', second, 'test/a.test.ts', first]), [
    first,
    second,
    'test/a.test.ts',
    'test/b.test.ts',
  ])
})

t.test('there are such files', async t => {
  const root = join(import.meta.dirname, '..')
  t.strictSame(
    longest.filter(file => !existsSync(join(root, file))),
    [],
  )
})
