import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { assetVersion } from '../../src/boot/install.ts'
import { createDigests } from '../../src/system/digests.ts'
import { makeFolder } from '../folder.ts'
import { sha256 } from './media-files.ts'

const assetAt = (path: string) => ({
  path,
  version: assetVersion(statSync(path, { bigint: true })),
})

t.test('a digest is computed once for a version', async t => {
  const file = join(makeFolder(t, { linux: 'a kernel' }), 'linux')
  const digests = createDigests()
  const asset = assetAt(file)
  t.equal(digests.known(asset), undefined)
  const [first, second] = [digests.of(asset), digests.of(asset)]
  t.equal(first, second, 'who asks meanwhile waits for the same')
  t.equal(await first, sha256('a kernel'))
  t.equal(digests.known(asset), sha256('a kernel'))
  writeFileSync(file, 'another kernel')
  t.equal(digests.known(assetAt(file)), undefined, 'another version is not known')
  await t.rejects(
    digests.of({ ...asset, version: 'an older one' }),
    /changed while it was verified/,
  )
  t.equal(await digests.of(assetAt(file)), sha256('another kernel'))
})

t.test('many files at once, one after the other', async t => {
  const names = Array.from({ length: 40 }, (_, n) => `f${n}`)
  const folder = makeFolder(t, Object.fromEntries(names.map(name => [name, name])))
  const digests = createDigests()
  const found = await Promise.all(names.map(name => digests.of(assetAt(join(folder, name)))))
  t.strictSame(found, names.map(sha256))
})

t.test('what cannot be read is an error, and the next file goes on', async t => {
  const folder = makeFolder(t, { linux: 'a kernel' })
  const digests = createDigests()
  const gone = digests.of({ path: join(folder, 'gone'), version: '1-1-1' })
  const there = digests.of(assetAt(join(folder, 'linux')))
  await t.rejects(gone, /ENOENT/)
  t.equal(await there, sha256('a kernel'))
  await t.rejects(createDigests('no-such-program').of(assetAt(join(folder, 'linux'))), /ENOENT/)
  await t.rejects(createDigests('false').of(assetAt(join(folder, 'linux'))), /false ended with 1/)
})

t.test('the end of the daemon does not wait for it', async t => {
  const folder = makeFolder(t, { linux: 'a kernel' })
  const digests = createDigests('cat')
  const job = digests.of(assetAt(join(folder, 'linux')))
  digests.close()
  await t.rejects(job)
})
