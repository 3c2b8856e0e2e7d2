import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { makeFolder } from './folder.ts'
import { dueOf, type Long, longs, notePassed } from './long.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const long: Long = { file: 'a.long.ts', about: ['src/**/*', 'page.md'] }

t.test(
  'a long test is due until it passed, and again when something of its subject changed',
  async t => {
    const folder = makeFolder(t, {
      'a.long.ts': 'test',
      'page.md': 'text',
      'other.md': 'other',
      src: { deep: { 'a.ts': 'code' } },
      test: { 'long.json': '{}' },
    })
    const isDue = () => dueOf(folder, [long]).length === 1
    t.ok(isDue())
    notePassed(folder, long)
    t.notOk(isDue())
    writeFileSync(join(folder, 'other.md'), 'another')
    t.notOk(isDue(), 'that is not its subject')
    for (const path of ['page.md', 'src/deep/a.ts', 'src/new.ts', 'a.long.ts']) {
      writeFileSync(join(folder, path), `changed ${path}`)
      t.ok(isDue(), path)
      notePassed(folder, long)
      t.notOk(isDue())
    }
  },
)

t.test('every long test is listed, and what it is about is there', async t => {
  const files = globSync('test/**/*.long.ts', { cwd: root }).toSorted()
  t.strictSame(longs.map(({ file }) => file).toSorted(), files)
  for (const { about } of longs)
    for (const pattern of about) t.ok(globSync(pattern, { cwd: root }).length > 0, pattern)
})
