import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { TftpFile } from '../../src/tftp/chunks.ts'
import {
  type FileLookup,
  openFiles,
  type Peer,
  plainName,
  type Virtual,
} from '../../src/tftp/files.ts'
import type { Ipv4 } from '../../src/wire/address.ts'
import { makeFolder } from '../folder.ts'

const peer: Peer = { address: 0x7f000001 as Ipv4, port: 2070 }

const top = makeFolder(t, {
  assets: {
    'a.txt': 'assets/a',
    '%2e%2e': 'just a name',
    deep: { 'b.txt': 'assets/deep/b' },
    empty: '',
    both: 'assets/both',
  },
  loaders: { 'ipxe.efi': 'loaders/ipxe', both: 'loaders/both' },
  store: { kernel: 'store/kernel' },
  'assets-not': { 'a.txt': 'a neighbour whose name begins alike' },
  secret: 'secret',
})
const assets = join(top, 'assets')
const loaders = join(top, 'loaders')
const places: FileLookup = { roots: [assets, loaders], allowedRoots: [join(top, 'store')] }

symlinkSync('../secret', join(assets, 'out'))
symlinkSync('..', join(assets, 'up'))
symlinkSync('../assets-not/a.txt', join(assets, 'alike'))
symlinkSync('../store/kernel', join(assets, 'vmlinuz'))
symlinkSync('../loaders/ipxe.efi', join(assets, 'default.efi'))
symlinkSync('deep/b.txt', join(assets, 'in'))
symlinkSync('loop', join(assets, 'loop'))
symlinkSync('../secret', join(assets, 'shadow'))
writeFileSync(join(loaders, 'shadow'), 'loaders/shadow')
execFileSync('mkfifo', [join(assets, 'fifo')])

async function open(name: string, where = places): Promise<string> {
  const file = await openFiles(where, 1 << 20).open(name, peer)
  if ('refused' in file) return `${file.refused} ${file.why.code}`
  return contentOf(file)
}

const missing = '1 file-missing'
const leaves = '2 path-climbs'
const outside = '2 leads-outside'
const control = '2 control-characters'

const rows: readonly (readonly [string, string])[] = [
  ['a.txt', 'assets/a'],
  ['/a.txt', 'assets/a'],
  ['//a.txt', 'assets/a'],
  ['deep//b.txt', 'assets/deep/b'],
  ['\\deep\\b.txt', 'assets/deep/b'],
  ['./deep/./b.txt', 'assets/deep/b'],
  ['ipxe.efi', 'loaders/ipxe'],
  ['both', 'assets/both'],
  ['%2e%2e', 'just a name'],
  ['in', 'assets/deep/b'],
  ['vmlinuz', 'store/kernel'],
  ['default.efi', 'loaders/ipxe'],
  ['shadow', 'loaders/shadow'],
  ['nothing', missing],
  ['a.txt/b', missing],
  ['', missing],
  ['/', missing],
  ['loop', missing],
  ['x'.repeat(255), missing],
  [`${'x/'.repeat(127)}x`, missing],
  ['%2e%2e/secret', missing],
  ['/etc/passwd', missing],
  [join(top, 'secret'), missing],
  ['..', leaves],
  ['../secret', leaves],
  ['deep/../../secret', leaves],
  ['deep/../a.txt', leaves],
  ['..\\secret', leaves],
  ['deep\\..\\..\\secret', leaves],
  ['/..', leaves],
  ['out', outside],
  ['up/secret', outside],
  ['up/assets-not/a.txt', outside],
  ['alike', outside],
  ['a.txt\0', control],
  ['a\n.txt', control],
  ['a\x7f', control],
  ['\x85', control],
  ['deep', '2 not-regular'],
  ['up/assets', outside],
  ['fifo', '2 not-regular'],
  ['x'.repeat(256), '4 name-too-long'],
  ['ä'.repeat(128), '4 name-too-long'],
]

for (const [name, answer] of rows) {
  t.test(JSON.stringify(name.slice(0, 60)), async t => t.equal(await open(name), answer))
}

t.test('three dots are a name', async t => t.equal(plainName('...'), '...'))

t.test('an empty file', async t => {
  const file = await openFiles(places, 1 << 20).open('empty', peer)
  t.equal('size' in file && file.size, 0)
  if ('close' in file) file.close()
})

t.test('a root that does not exist yet is skipped', async t => {
  t.equal(await open('ipxe.efi', { roots: [join(top, 'later'), loaders] }), 'loaders/ipxe')
})

t.test('a root may itself be a symlink', async t => {
  symlinkSync('assets', join(top, 'current'))
  t.equal(await open('a.txt', { roots: [join(top, 'current')] }), 'assets/a')
})

t.test('places are read at every request', async t => {
  let roots = [assets]
  const files = openFiles(
    {
      get roots() {
        return roots
      },
    },
    1 << 20,
  )
  t.match(await files.open('ipxe.efi', peer), { refused: 1 })
  roots = [loaders]
  const file = await files.open('ipxe.efi', peer)
  t.match(file, { size: 12 })
  if ('close' in file) file.close()
})

t.test('virtual files are asked first, by the plain name, with the peer', async t => {
  const asked: unknown[] = []
  const virtual = (name: string, peer: Peer) => {
    asked.push(name, peer.port)
    return name === 'mac/a.txt' ? new TextEncoder().encode('made up') : undefined
  }
  t.equal(await open('\\mac//a.txt', { ...places, virtual }), 'made up')
  t.equal(await open('a.txt', { ...places, virtual }), 'assets/a')
  t.equal(await open('mac/../a.txt', { ...places, virtual }), leaves)
  t.strictSame(asked, ['mac/a.txt', 2070, 'a.txt', 2070])
})

t.test('what a virtual name may stand for', async t => {
  const names: Readonly<Record<string, Virtual>> = {
    refused: { refused: 2, why: { code: 'not-its-own' } },
    anywhere: { file: join(top, 'secret') },
    'a link to anywhere': { file: join(assets, 'out') },
    gone: { file: join(top, 'gone') },
    pipe: { file: join(assets, 'fifo') },
    first: { names: ['nothing', 'deep/b.txt', 'a.txt'] },
    'none of them': { names: ['nothing', 'out'] },
    leaves: { names: ['../secret'] },
    hidden: { names: ['a\0.txt'] },
  }
  const virtual = async (name: string) => names[name]
  const found: string[] = []
  for (const name of Object.keys(names)) found.push(await open(name, { ...places, virtual }))
  t.strictSame(found, [
    '2 not-its-own',
    'secret',
    'secret',
    missing,
    '2 not-regular',
    'assets/deep/b',
    outside,
    leaves,
    control,
  ])
})

t.test('a file that is replaced: a running transfer keeps its own', async t => {
  const path = join(assets, 'replaced')
  writeFileSync(path, 'old')
  const files = openFiles(places, 1 << 20)
  const old = await files.open('replaced', peer)
  writeFileSync(`${path}.new`, 'newer')
  renameSync(`${path}.new`, path)
  const young = await files.open('replaced', peer)
  if ('refused' in old || 'refused' in young) throw new Error('refused')
  await Promise.all([old.load(0, 3), young.load(0, 5)])
  const bytes = Buffer.alloc(8)
  t.ok(old.copy(bytes, 0, 0, 3) && young.copy(bytes, 3, 0, 5))
  t.equal(bytes.toString(), 'oldnewer')
  old.close()
  young.close()
})

t.test('a file that changes while it is read is refused, not mixed', async t => {
  const path = join(assets, 'growing')
  for (const [change, reason] of [
    [() => truncateSync(path, 10), 'the file became shorter'],
    [() => writeFileSync(path, 'y'.repeat(200)), 'the file changed'],
  ] as const) {
    writeFileSync(path, 'x'.repeat(100))
    const file = await openFiles(places, 1 << 20).open('growing', peer)
    if ('refused' in file) throw new Error('refused')
    change()
    await t.rejects(file.load(0, 100), { message: reason })
    file.close()
  }
})

t.test('a folder that is exchanged for a symlink during the look-up never leads out', async t => {
  const swing = join(assets, 'swing')
  mkdirSync(swing)
  writeFileSync(join(swing, 'secret'), 'inside')
  const files = openFiles(places, 1 << 20)
  const answers = new Set<string>()
  for (let round = 0; round < 600; round++) {
    const opening = Array.from({ length: 4 }, () => files.open('swing/secret', peer))
    // The exchange falls before, between and behind the steps of the look-up, one after the other.
    for (let turns = 0; turns < round % 30; turns++) await new Promise(setImmediate)
    renameSync(swing, `${swing}.away`)
    symlinkSync(top, swing)
    const opened = await Promise.all(opening)
    rmSync(swing)
    renameSync(`${swing}.away`, swing)
    for (const file of opened)
      answers.add('refused' in file ? file.why.code : await contentOf(file))
  }
  t.notOk(answers.has('secret'), [...answers].join(', '))
  t.ok(answers.has('inside'))
})

async function contentOf(file: TftpFile): Promise<string> {
  const bytes = Buffer.alloc(file.size)
  await file.load(0, file.size)
  file.copy(bytes, 0, 0, file.size)
  file.close()
  return bytes.toString()
}
