import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ipxe } from '../../src/boot/loaders/ipxe.ts'
import { sha256 } from '../system/media-files.ts'
import { createWorld, type World } from './world.ts'

/** A world whose kernel must have the sha256 of this text; its kernel is "kernel". */
async function checkedWorld(t: Test, text: string, boot: 'install' | 'always' = 'install') {
  const kernel = join(t.testdirName, 'assets/linux')
  return createWorld(t, { profile: { boot, checksums: { [kernel]: sha256(text) } } })
}

const verify = (world: World) => world.scripts.verified(world.host)

t.test('a host boots what was verified, and waits for it', async t => {
  const world = await checkedWorld(t, 'kernel')
  world.ask()
  t.match(world.boot(), /^local: .*assets\/linux is being verified$/)
  t.equal(world.state(), 'pending', 'nothing was counted')
  await verify(world)
  t.match(world.boot(), /^token/)
  t.equal(world.state(), 'booting')
  t.equal(verify(world), undefined, 'what is known is not waited for')
})

t.test('one that differs fails the install, with a sentence', async t => {
  const world = await checkedWorld(t, 'not that kernel')
  const id = world.ask()
  await verify(world)
  t.match(world.boot(), /^local: .*linux has another sha256 than `checksums` says$/)
  t.equal(world.state(), 'failed')
  t.match(world.memory.installs.get(id)?.reason, { code: 'wrong-checksum' })
  t.match(world.timeline('state').at(-1), /another sha256/)
  t.throws(() => world.ask(), /another sha256 than `checksums` says/, 'and cannot be asked again')
})

t.test('a diskless host boots its disk instead', async t => {
  const world = await checkedWorld(t, 'not that kernel', 'always')
  t.match(world.boot(), /being verified/)
  await verify(world)
  t.match(world.boot(), /^local: .*another sha256/)
})

t.test('a file that changes is verified anew', async t => {
  const world = await checkedWorld(t, 'kernel', 'always')
  await verify(world)
  t.match(world.boot(), /^token/)
  writeFileSync(join(world.folder, 'assets/linux'), 'harmed in place')
  world.scripts.discovered('node1')
  t.match(world.boot(), /being verified/)
  await verify(world)
  t.match(world.boot(), /^local: .*another sha256/)
})

t.test('a machine at work is not disturbed', async t => {
  const world = await checkedWorld(t, 'kernel')
  world.ask()
  await verify(world)
  world.boot()
  world.say('ready')
  writeFileSync(join(world.folder, 'assets/linux'), 'harmed in place')
  t.match(world.boot(), /^local: node1 is installing/)
  t.equal(world.state(), 'installing')
})

t.test('a preview says what is wrong, and waits for nothing', async t => {
  const world = await checkedWorld(t, 'not that kernel')
  const look = (world: World) => world.answers.preview(world.host, ipxe)
  world.ask()
  t.match(look(world)?.now, { kind: 'local', reason: /is being verified$/ })
  await verify(world)
  t.match(look(world)?.now, { kind: 'local', reason: /another sha256/ })
  t.equal(world.state(), 'pending', 'looking fails nothing')
  world.boot()
  t.match(look(world)?.ifInstalled, { kind: 'local', reason: /another sha256/ })
  const diskless = await checkedWorld(t, 'not that kernel', 'always')
  await verify(diskless)
  t.match(look(diskless)?.now, { kind: 'local', reason: /another sha256/ })
})

t.test('a stranger boots nothing that is wrong, or not verified yet', async t => {
  for (const [text, why] of [
    ['kernel', undefined],
    ['not that kernel', /another sha256/],
  ] as const) {
    const world = await checkedWorld(t, text, 'always')
    const { profile } = world.host
    if (!profile) throw new Error('the host has a profile')
    const boot = () => world.strange(profile)
    t.match(boot(), { kind: 'local', reason: /being verified/ })
    await verify(world)
    t.match(boot(), why ? { kind: 'local', reason: why } : { kind: 'boot' })
  }
})

t.test('without checksums nothing is read and nobody waits', async t => {
  const world = await createWorld(t)
  t.equal(verify(world), undefined)
  world.ask()
  t.equal(verify(world), undefined)
})
