import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { toJavaScript } from '../../packaging/javascript.ts'
import { withNode } from '../../packaging/sbom.ts'

const root = join(import.meta.dirname, '../..')

t.test('no type is left, and every statement stays at its line and column', async t => {
  const source = [
    "import type { A } from './a.ts'",
    "import { b } from '../b.ts'",
    "export { c } from './c.ts'",
    "import * as fs from 'node:fs'",
    "const worker: URL = new URL('./thread.ts', import.meta.url)",
    "const later = async (n: number) => (await import('./d.ts')).run(n)",
    "const shared = ['../base/amount.ts'] as const, other = 'notes about main.ts', type = '.ts'",
    '// words about ./a.ts stay',
  ].join('\n')
  const lines = toJavaScript(source).split('\n')
  t.equal(lines[0]?.trim(), '')
  t.equal(lines[1], "import { b } from '../b.js'")
  t.equal(lines[2], "export { c } from './c.js'")
  t.equal(lines[3], "import * as fs from 'node:fs'")
  t.match(lines[4], "new URL('./thread.js', import.meta.url)")
  t.equal(lines[4]?.indexOf('new URL'), source.split('\n')[4]?.indexOf('new URL'))
  t.match(lines[5], "import('./d.js')")
  t.match(lines[6], "['../base/amount.js']")
  t.match(lines[6], "'notes about main.ts', type = '.ts'")
  t.equal(lines[7], '// words about ./a.ts stay')
})

t.test('every source becomes JavaScript that names only sources that are there', async t => {
  const names = globSync('src/**/*.ts', { cwd: root })
  const missing = names.flatMap(name => {
    const source = readFileSync(join(root, name), 'utf8')
    const text = toJavaScript(source)
    const same =
      text.length === source.length && text.split('\n').length === source.split('\n').length
    const left = /^(?!\s*(?:\/?\*|\/\/)).*(?:from|import\(|URL\()\s*'[^'\n]+\.ts'/m.exec(text)
    return same && left === null ? [] : [`${name}: ${left?.[0] ?? 'lines have moved'}`]
  })
  t.strictSame(missing, [])
})

t.test('Node counts as a part where it is inside', async t => {
  const bom = JSON.stringify({ metadata: {}, components: [] })
  const { components } = JSON.parse(withNode(bom, '24.12.0'))
  t.match(components, [{ name: 'node', version: '24.12.0', purl: 'pkg:generic/node@24.12.0' }])
})

t.test('a checkout says that it has no SBOM', async t => {
  const main = join(root, 'src/main.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'version', '--sbom'], {
    encoding: 'utf8',
  })
  t.match({ status, stdout }, { status: 1, stdout: '' })
  t.match(stderr, /^bootwright[^\n]*packages have an SBOM, a checkout has none: [^\n]+\n$/)
})
