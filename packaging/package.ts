/**
 * `npm run package [-- KIND...]`: one tree in dist/tree, and packages made of it beside it.
 *
 *   npm      bootwright-VERSION.tgz, for `npm install -g`
 *   tarball  bootwright-VERSION-linux-ARCH.tar.xz, with Node inside
 *   deb      bootwright_VERSION_ARCH.deb, the same for Debian and its like
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { version } from '../src/system/version.ts'
import { makeDeb } from './deb.ts'
import { addNode, makeTree } from './tree.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const tree = join(dist, 'tree')
/** The time that all files get, so that the same commit gives the same bytes. */
const seconds = Number(process.env.SOURCE_DATE_EPOCH ?? commitTime())

const makers: Readonly<Record<string, () => string>> = { npm: npmPackage, tarball, deb }

const wanted = process.argv.slice(2)
const unknown = wanted.filter(kind => !Object.hasOwn(makers, kind))
if (unknown.length > 0) {
  process.stderr.write(`there is ${Object.keys(makers).join(', ')}, not ${unknown.join(', ')}\n`)
  process.exit(2)
}
makeTree(root, tree, seconds)
for (const [kind, make] of Object.entries(makers)) {
  if (wanted.length === 0 || wanted.includes(kind)) process.stdout.write(`${make()}\n`)
}

function npmPackage(): string {
  execFileSync('npm', ['pack', '--silent', '--pack-destination', dist], { cwd: tree })
  return join(dist, `bootwright-${version()}.tgz`)
}

function tarball(): string {
  const name = `bootwright-${version()}`
  const file = join(dist, `${name}-linux-${process.arch}.tar.xz`)
  const whole = join(dist, 'whole')
  treeWithNode(join(whole, name))
  const owner = ['--owner=0', '--group=0', '--numeric-owner', '--mode=u=rwX,go=rX']
  const same = ['--sort=name', `--mtime=@${seconds}`, ...owner]
  const env = { ...process.env, XZ_OPT: '-T0 -6' }
  execFileSync('tar', ['-cJf', file, ...same, '-C', whole, name], { env })
  rmSync(whole, { recursive: true })
  return file
}

function deb(): string {
  const whole = join(dist, 'whole')
  treeWithNode(whole)
  const how = { root, tree: whole, version: version(), arch: process.arch, seconds }
  const file = makeDeb({ ...how, folder: join(dist, 'deb') })
  rmSync(whole, { recursive: true })
  return file
}

function treeWithNode(folder: string): void {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(tree, folder, { recursive: true, verbatimSymlinks: true })
  addNode(root, folder)
}

function commitTime(): string {
  return execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' })
}
