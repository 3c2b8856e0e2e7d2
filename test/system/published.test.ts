import { mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createPublished } from '../../src/system/published.ts'
import { makeFolder } from '../folder.ts'
import { startAssets } from '../http/asset-server.ts'
import { ask, bodyOf } from '../http/raw-http.ts'

const names = ['bzImage', 'initrd', 'netboot.ipxe']

/** Two builds in a store, `result` that leads to the first, and an HTTP server for what is published. */
async function store(t: Test) {
  const place = makeFolder(t, { assets: { linux: 'plain' }, store: {} })
  for (const build of ['a', 'b']) {
    mkdirSync(join(place, 'store', build))
    for (const name of names)
      writeFileSync(join(place, 'store', build, name), `${name} of ${build}`)
  }
  symlinkSync('store/a', join(place, 'result'))
  const published = createPublished(join(place, 'assets'))
  const { port } = await startAssets(t, {
    assets: { folder: join(place, 'assets'), allowedRoots: [] },
    published: published.file,
  })
  const files = () => names.map(name => join(place, 'result', name))
  const get = async (url = '') => bodyOf(await ask(port, `GET ${url} HTTP/1.0`))
  return { place, published, files, get }
}

t.test(
  'a rebuild while a machine boots: every file it still fetches is of the old build',
  async t => {
    const { place, published, files, get } = await store(t)
    const unit = published.publishTogether(files()) ?? []
    t.equal(await get(unit[0]?.url), 'bzImage of a')
    symlinkSync('store/b', join(place, 'next'))
    renameSync(join(place, 'next'), join(place, 'result'))
    const rebuilt = published.publishTogether(files()) ?? []
    t.equal(await get(unit[1]?.url), 'initrd of a')
    t.equal(await get(unit[2]?.url), 'netboot.ipxe of a')
    t.equal(await get(rebuilt[1]?.url), 'initrd of b')
  },
)

t.test('a file written over in place is served under its old URL no more', async t => {
  const { place, published, files, get } = await store(t)
  const unit = published.publishTogether(files()) ?? []
  writeFileSync(join(place, 'store/a/initrd'), 'another initrd')
  t.match(await get(unit[1]?.url), /is not what it was when this URL was given/)
  t.equal(await get(unit[0]?.url), 'bzImage of a', 'the others are what they were')
  const now = published.publishTogether(files()) ?? []
  t.equal(await get(now[1]?.url), 'another initrd')
})

t.test('relative paths in its script lead to its own kernel and initrd', async t => {
  const { published, files, get } = await store(t)
  const script = published.publishTogether(files())?.[2]?.url ?? ''
  for (const name of ['bzImage', 'initrd']) {
    const { pathname } = new URL(name, `http://server${script}`)
    t.equal(await get(pathname), `${name} of a`)
  }
})

t.test('one that is missing spoils all', async t => {
  const { place, published, files } = await store(t)
  t.equal(published.publishTogether([...files(), join(place, 'nowhere')]), undefined)
  t.equal(published.publishTogether([join(place, 'store')]), undefined, 'a folder is no file')
})

t.test('after a restart an asset is served again, in its version only', async t => {
  const { place, published, files, get } = await store(t)
  const unit = createPublished(join(place, 'assets')).publishTogether(files()) ?? []
  t.match(await get(unit[0]?.url), /no such file/)
  for (const asset of unit) published.again(asset)
  t.equal(await get(unit[0]?.url), 'bzImage of a')
  writeFileSync(join(place, 'store/a/bzImage'), 'another kernel')
  t.match(await get(unit[0]?.url), /is not what it was/)
})

t.test('a file of the assets folder keeps its readable path', async t => {
  const { place, published, get } = await store(t)
  const asset = published.publish(join(place, 'assets/linux'))
  t.match(asset, { url: '/assets/linux', size: statSync(join(place, 'assets/linux')).size })
  t.equal(await get(asset?.url), 'plain')
})
