import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import {
  normaliseUrl,
  openAsset,
  readUrlPath,
  resolveAsset,
  resolvePublished,
} from '../../../src/http/files/asset-path.ts'
import { pooledFiles as calls } from '../../../src/http/files/file-calls.ts'
import { makeFolder } from '../../folder.ts'

const place = makeFolder(t, {
  assets: {
    'top.txt': 'top',
    'a b.efi': 'space',
    'ü.img': 'umlaut',
    '%2e%2e': 'percent',
    images: { debian: { linux: 'linux', 'x..y': 'dots', '...': 'three' } },
    inside: t.fixture('symlink', 'images/debian/linux'),
    folder: t.fixture('symlink', 'images'),
    dangling: t.fixture('symlink', 'nowhere'),
    out: t.fixture('symlink', '../secret.txt'),
    outfolder: t.fixture('symlink', '../private'),
    store: t.fixture('symlink', '../nix/store/abc/bzImage'),
    storefolder: t.fixture('symlink', '../nix/store/abc'),
    nearly: t.fixture('symlink', '../nix/store-not/bzImage'),
    loop: t.fixture('symlink', 'loop'),
  },
  more: { 'extra.txt': 'extra', 'top.txt': 'second' },
  private: { key: 'secret' },
  'secret.txt': 'secret',
  nix: { store: { abc: { bzImage: 'bz' } }, 'store-not': { bzImage: 'no' } },
})
const at = (name: string) => path.join(place, name)
const roots = [{ folder: at('assets') }, { folder: at('more') }, { folder: at('missing') }]
const ask = (name: string) => resolveAsset(calls, roots, [at('nix/store'), at('gone')], name)

const found = [
  ['top.txt', 'assets/top.txt'],
  ['extra.txt', 'more/extra.txt'],
  ['images/debian/linux', 'assets/images/debian/linux'],
  ['images//debian///linux', 'assets/images/debian/linux'],
  ['images/./debian/linux', 'assets/images/debian/linux'],
  ['images/debian/x..y', 'assets/images/debian/x..y'],
  ['images/debian/...', 'assets/images/debian/...'],
  ['a%20b.efi', 'assets/a b.efi'],
  ['%C3%BC.img', 'assets/ü.img'],
  ['%252e%252e', 'assets/%2e%2e'],
  ['inside', 'assets/images/debian/linux'],
  ['folder/debian/linux', 'assets/images/debian/linux'],
  ['store', 'nix/store/abc/bzImage'],
  ['storefolder/bzImage', 'nix/store/abc/bzImage'],
] as const

for (const [name, file] of found) {
  t.test(`${name} is ${file}`, async t => t.strictSame(await ask(name), { path: at(file) }))
}

const refused = [
  ['', 'is-folder'],
  ['.', 'is-folder'],
  ['images/', 'is-folder'],
  ['top.txt/', 'is-folder'],
  ['top.txt/.', 'is-folder'],
  ['missing', 'file-missing'],
  ['top.txt/x', 'file-missing'],
  ['dangling', 'file-missing'],
  [`${'x'.repeat(300)}`, 'file-missing'],
  ['..', 'path-climbs'],
  ['../secret.txt', 'path-climbs'],
  ['images/../../secret.txt', 'path-climbs'],
  ['images/../top.txt', 'path-climbs'],
  ['%2e%2e/secret.txt', 'path-climbs'],
  ['.%2E/secret.txt', 'path-climbs'],
  ['..%2fsecret.txt', 'slash-in-name'],
  ['images%2Fdebian/linux', 'slash-in-name'],
  ['%2fetc%2fpasswd', 'slash-in-name'],
  ['..\\secret.txt', 'slash-in-name'],
  ['..%5csecret.txt', 'slash-in-name'],
  ['/etc/passwd', 'absolute-path'],
  ['//etc/passwd', 'absolute-path'],
  ['top.txt%00', 'nul-in-path'],
  ['top.txt%00.efi', 'nul-in-path'],
  ['%zz', 'broken-encoding'],
  ['%c0%ae%c0%ae/secret.txt', 'broken-encoding'],
  ['out', 'leads-outside'],
  ['outfolder/key', 'leads-outside'],
  ['nearly', 'leads-outside'],
  ['loop', 'symlink-loop'],
] as const

for (const [name, code] of refused) {
  t.test(`${name.slice(0, 40)} is refused`, async t =>
    t.strictSame(await ask(name), { refused: { code } }),
  )
}

t.test('nothing outside is reachable, however the pieces are put together', async t => {
  const pieces = ['..', '%2e.', '.', '/', '//', '%2f', '\\', 'images', 'out', 'secret.txt', '%00']
  for (const a of pieces)
    for (const b of pieces)
      for (const c of pieces) {
        const answer = await ask(`${a}/${b}${c}`)
        if ('path' in answer) t.ok(answer.path.startsWith(at('assets/')), answer.path)
      }
})

t.test('the folder of the assets may be a symlink itself', async t => {
  symlinkSync(at('assets'), at('link'))
  const answer = await resolveAsset(calls, [{ folder: at('link') }], [], 'top.txt')
  t.strictSame(answer, { path: at('assets/top.txt') })
})

t.test('opens regular files only', async t => {
  const opened = await openAsset(calls, at('assets/top.txt'))
  if ('refused' in opened) return t.fail(opened.refused.code)
  t.equal(opened.status.size, 3n)
  await opened.file.close()
  execFileSync('mkfifo', [at('fifo')])
  t.strictSame(await openAsset(calls, at('fifo')), { refused: { code: 'not-regular' } })
  t.strictSame(await openAsset(calls, at('assets/images')), { refused: { code: 'not-regular' } })
  t.strictSame(await openAsset(calls, '/dev/null'), { refused: { code: 'not-regular' } })
  t.strictSame(await openAsset(calls, at('assets/none')), { refused: { code: 'file-missing' } })
})

t.test('a path that turned into a symlink since it was resolved is refused', async t => {
  mkdirSync(at('assets/turn'))
  writeFileSync(at('assets/turn/key'), 'public')
  const answer = await ask('turn/key')
  if ('refused' in answer) return t.fail(answer.refused.code)
  renameSync(at('assets/turn'), at('assets/turned'))
  symlinkSync(at('private'), at('assets/turn'))
  const before = readdirSync('/proc/self/fd').length
  t.strictSame(await openAsset(calls, answer.path), {
    refused: { code: 'moved-meanwhile' },
  })
  t.strictSame(await openAsset(calls, at('assets/out')), { refused: { code: 'symlink-loop' } })
  t.equal(readdirSync('/proc/self/fd').length, before, 'and closed again')
})

t.test('a file that the config names may lie anywhere', async t => {
  t.strictSame(await resolvePublished(calls, at('assets/out')), { path: at('secret.txt') })
  t.strictSame(await resolvePublished(calls, at('assets/dangling')), {
    refused: { code: 'file-missing' },
  })
})

t.test('reads a URL path without looking at the disk', async t => {
  t.strictSame(readUrlPath('a//b%20c'), { path: 'a/b c' })
})

const urls = [
  ['/assets/x', '/assets/x'],
  ['//assets/x', '/assets/x'],
  ['///assets////x//', '/assets/x/'],
  ['/assets/x?to=http://a//b', '/assets/x?to=http://a//b'],
  ['//assets//x?a//b#c//d', '/assets/x?a//b#c//d'],
  ['/a#//b', '/a#//b'],
  ['http://10.0.0.1:8080//assets/x', '/assets/x'],
  ['HTTP://10.0.0.1?x', '/?x'],
  ['', '/'],
  ['/%2f/x', '/%2f/x'],
] as const

for (const [url, normal] of urls) {
  t.test(`${url} becomes ${normal}`, async t => t.equal(normaliseUrl(url), normal))
}
