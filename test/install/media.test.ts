import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { assetsOf } from '../../src/boot/install.ts'
import { readMedia } from '../../src/config/media.ts'
import { createWorld, kernelOf, type World } from './world.ts'

/** A world whose profile boots `result`, a symlink to `build-a`. */
async function nixosWorld(t: Test, more: Parameters<typeof createWorld>[1] = {}) {
  const place = join(t.testdirName, 'media')
  const media = { form: 'nixos', folder: join(place, 'result') } as const
  const profile = { media, cmdline: 'mine={{ host.name }}', files: {}, ...more.profile }
  const world = await createWorld(t, { ...more, profile })
  build(place, 'a')
  point(place, 'a')
  return { place, world }
}

function build(place: string, name: string): void {
  const folder = join(place, `build-${name}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bzImage'), `kernel ${name}`)
  writeFileSync(join(folder, 'initrd'), `initrd ${name}`)
  writeFileSync(
    join(folder, 'netboot.ipxe'),
    `#!ipxe\nkernel bzImage init=/${name}/init {{ not a name }} initrd=initrd \${cmdline}\ninitrd initrd\nboot\n`,
  )
}

function point(place: string, name: string): void {
  symlinkSync(`build-${name}`, join(place, 'next'))
  renameSync(join(place, 'next'), join(place, 'result'))
}

function contentOf(world: World) {
  const id = world.memory.hosts.get('node1')?.install
  return world.memory.installs.currentAttempt('node1', id)?.content
}

t.test('kernel, initrd and script lie side by side under one URL', async t => {
  const { world, place } = await nixosWorld(t)
  const id = world.ask()
  const spec = world.memory.installs.get(id)?.spec
  const urls = spec ? assetsOf(spec).map(({ url }) => url) : []
  t.match(urls, [
    /^\/assets\/@[0-9a-f]{12}\/bzImage$/,
    /^\/assets\/@[0-9a-f]{12}\/initrd$/,
    /^\/assets\/@[0-9a-f]{12}\/netboot\.ipxe$/,
  ])
  t.equal(new Set(urls.map(url => url.replace(/[^/]*$/, ''))).size, 1)
  world.boot()
  const image = kernelOf(contentOf(world)?.image)
  t.match(
    image?.cmdline,
    /^bootwright=\S+ BOOTIF=\S+ init=\/a\/init \{\{ not a name \}\} mine=node1$/,
  )
  t.equal(spec?.kernel.path, join(place, 'build-a/bzImage'))
})

t.test('a rebuild between asking and booting: the whole old build boots', async t => {
  const { world, place } = await nixosWorld(t)
  const id = world.ask()
  build(place, 'b')
  point(place, 'b')
  world.boot()
  t.match(kernelOf(contentOf(world)?.image)?.cmdline, /init=\/a\/init/)
  t.match(world.memory.installs.get(id)?.spec.kernel.path, /build-a/)
})

t.test('a rebuild is noticed by the next install, without a reload', async t => {
  const { world, place } = await nixosWorld(t)
  world.ask()
  build(place, 'b')
  point(place, 'b')
  const spec = world.memory.installs.get(world.ask())?.spec
  t.match(spec?.kernel.path, /build-b/)
  world.boot()
  t.match(kernelOf(contentOf(world)?.image)?.cmdline, /init=\/b\/init/)
})

t.test('a host that netboots always takes the new build at its next boot', async t => {
  const { world, place } = await nixosWorld(t, { profile: { boot: 'always' } })
  t.match(world.boot(), /^token/)
  const first = contentOf(world)?.image
  build(place, 'b')
  point(place, 'b')
  world.boot()
  t.strictSame(contentOf(world)?.image, first, 'the same boot, the same script')
  world.scripts.discovered('node1')
  world.boot()
  t.match(kernelOf(contentOf(world)?.image)?.cmdline, /init=\/b\/init/)
  t.not(kernelOf(contentOf(world)?.image)?.kernel, kernelOf(first)?.kernel)
})

for (const name of ['bzImage', 'initrd', 'netboot.ipxe']) {
  t.test(`${name} written over in place fails the install that was asked before`, async t => {
    const { world, place } = await nixosWorld(t)
    world.ask()
    writeFileSync(join(place, 'build-a', name), 'another thing, and longer than before')
    t.match(world.boot(), /is not what it was when the install was asked for; ask again/)
    t.equal(world.state(), 'failed')
  })
}

t.test('media that change while they are read are read again', async t => {
  const { world, place } = await nixosWorld(t)
  build(place, 'b')
  let reads = 0
  const readMoving: typeof readMedia = folder => {
    const media = readMedia(folder)
    if (reads++ === 0) point(place, 'b')
    return media
  }
  Object.assign(world.deps, { readMedia: readMoving })
  const spec = world.memory.installs.get(world.ask())?.spec
  t.match(spec?.kernel.path, /build-b/)
  t.match(spec?.profile.cmdline, /init=\/b\/init/)
})

t.test('media that never stop changing are refused', async t => {
  const { world, place } = await nixosWorld(t)
  let reads = 0
  const readMoving: typeof readMedia = folder => {
    writeFileSync(join(place, 'build-a/netboot.ipxe'), `kernel bzImage init=/${reads++}/init\n`)
    return readMedia(folder)
  }
  Object.assign(world.deps, { readMedia: readMoving })
  t.throws(() => world.ask(), /result is being written; ask again when it is whole/)
})

t.test('an incomplete folder is refused with what is missing', async t => {
  const { world, place } = await nixosWorld(t)
  renameSync(join(place, 'build-a/initrd'), join(place, 'gone'))
  t.throws(() => world.ask(), /result has no initrd/)
})

t.test('an unpacked kexec tarball brings its kexec', async t => {
  const { world, place } = await nixosWorld(t)
  const folder = join(place, 'kexec')
  mkdirSync(folder)
  for (const name of ['bzImage', 'initrd', 'kexec']) writeFileSync(join(folder, name), name)
  copyFileSync('test/fixtures/kexec/run', join(folder, 'run'))
  Object.assign(world.host.profile ?? {}, { media: { form: 'kexec', folder } })
  const spec = world.memory.installs.get(world.ask())?.spec
  t.equal(spec?.kexec?.path, join(folder, 'kexec'))
  t.match(spec?.profile.cmdline, /^init=\S+ nohibernate loglevel=4 mine=/)
  t.match(readFileSync(spec?.told?.path ?? '', 'utf8'), /^#!/)
})
