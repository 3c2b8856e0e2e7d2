import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseConfig } from '../src/config/load.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')

t.test('the config of the README has no mistakes', async t => {
  const [, config = ''] = /```yaml\n(.*?)```/s.exec(readme) ?? []
  const { problems } = parseConfig(config, join(root, 'config', 'readme.yaml'))
  t.strictSame(
    problems.filter(({ severity }) => severity === 'error'),
    [],
  )
  t.ok(config.includes('hosts:'))
})

t.test('every npm script that the README names is there', async t => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const named = [...readme.matchAll(/npm (?:run )?(start|test|demo|bench[:\w-]*)/g)]
  t.ok(named.length > 3)
  for (const [, name = ''] of named) t.ok(name in scripts, name)
})

t.test('every file that the README links to is there', async t => {
  for (const [, link = ''] of readme.matchAll(/\]\(([\w./-]+)\)/g)) {
    t.ok(existsSync(join(root, link)), link)
  }
})
