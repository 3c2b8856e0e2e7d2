import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from './folder.ts'

const root = join(import.meta.dirname, '..')

/** A Node of the system that is too old to run the daemon, such as Debian's own. */
const old = ['/usr/bin/node', '/usr/bin/nodejs'].find(program => {
  if (!existsSync(program)) return false
  const [major = 0] = execFileSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' })
    .split('.')
    .map(Number)
  return major < 24
})
const skip = old === undefined ? 'there is no older Node' : false

/** A fresh clone, as far as starting needs it; `node` is the only one in PATH. */
function clone(t: Test, node: string | undefined) {
  const folder = makeFolder(t, { bin: {} })
  mkdirSync(join(folder, 'src'))
  const files = ['src/bootwright', 'src/launch.js']
  for (const file of ['package.json', ...files]) {
    cpSync(join(root, file), join(folder, file))
  }
  writeFileSync(join(folder, 'package-lock.json'), '{}')
  writeFileSync(join(folder, 'src/main.ts'), 'const said: string = "it runs"\nconsole.log(said)\n')
  for (const name of ['sh', 'dirname', 'readlink']) {
    const from = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
    symlinkSync(from, join(folder, 'bin', name))
  }
  if (node !== undefined) symlinkSync(node, join(folder, 'bin/node'))
  const run = () =>
    spawnSync(join(folder, 'src/bootwright'), ['hosts'], {
      env: { PATH: join(folder, 'bin') },
      encoding: 'utf8',
    })
  return { folder, run }
}

/** What `npm ci` leaves. */
function install(folder: string): void {
  mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true })
  const node = join(folder, 'node_modules/.bin/node')
  writeFileSync(node, `#!/bin/sh\nexec ${process.execPath} "$@"\n`)
  chmodSync(node, 0o755)
}

t.test('an older Node says one sentence, and what to run', { skip }, async t => {
  const { folder, run } = clone(t, old)
  const { status, stdout, stderr } = run()
  t.match({ status, stdout }, { status: 1, stdout: '' })
  t.match(
    stderr,
    /^bootwright: it needs Node 24\.12 or newer, and this is [\d.]+; run "npm ci" in \S+, which brings one\n$/,
  )
  install(folder)
  t.match(run(), { status: 0, stdout: 'it runs\n', stderr: '' }, 'and then it is not used')
})

t.test('a Node that is new enough, before and after `npm ci`', async t => {
  const { folder, run } = clone(t, process.execPath)
  t.match(run(), {
    status: 1,
    stderr: /^bootwright: its packages are missing; run "npm ci" in [^\n]+\n$/,
  })
  mkdirSync(join(folder, 'node_modules'))
  t.match(run(), { status: 0, stdout: 'it runs\n' })
})

t.test('no Node at all', async t => {
  const { run } = clone(t, undefined)
  t.match(run(), { status: 1, stderr: /^bootwright: there is no Node; [^\n]+\n$/ })
})

t.test('what was installed from a package is not told to run `npm ci`', async t => {
  const { folder, run } = clone(t, process.execPath)
  rmSync(join(folder, 'package-lock.json'))
  t.match(run(), {
    status: 1,
    stderr: /^bootwright: its packages are missing; install it again, [^\n]+\n$/,
  })
  const without = clone(t, undefined)
  rmSync(join(without.folder, 'package-lock.json'))
  t.match(without.run(), {
    status: 1,
    stderr: /^bootwright: there is no Node; install Node 24, or Bootwright with its own Node\n$/,
  })
})

t.test('npm has nothing to complain of in a checkout', async t => {
  // `npx bootwright` of an older npm would warn at every command, and the launcher brings its own Node.
  t.notOk('engines' in JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))
})
