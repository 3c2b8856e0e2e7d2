import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type Mac, macOfBytes } from '../../src/wire/address.ts'
import { createWorld, foreign, own, profile, tokenOf, type World } from './world.ts'

const always = { profile: { boot: 'always', name: 'diskless' } } as const
const once = { profile: { boot: 'once', name: 'rescue' } } as const
const sent = (world: World, url: string, complete = true) =>
  world.downloads.sent('node1', { address: own, url, size: 6, complete })

t.test('boot: always is due at every boot and stays idle', async t => {
  const world = await createWorld(t, always)
  t.match(world.lives.known(world.host), {
    due: true,
    why: { code: 'host-netboots', host: 'node1', profile: 'diskless' },
  })
  const first = world.boot()
  t.equal(world.boot(), first, 'one boot, one token')
  t.equal(world.state(), 'idle')
  t.equal(world.memory.installs.attempt(first)?.install, undefined)
  t.equal(world.memory.installs.attempt(first)?.content.title, 'node1 boots diskless')

  world.scripts.discovered('node1')
  const second = world.boot()
  t.not(second, first)
  t.equal(world.boot(), second)
  t.equal(world.memory.installs.attempt(first)?.void, true)
})

t.test('boot: always, where we see no DHCP: 120 s of silence begin a new boot', async t => {
  const world = await createWorld(t, { ...always, place: { seesDhcp: false } })
  const first = world.boot()
  world.pass(120)
  t.equal(world.boot(), first)
  world.pass(121)
  t.not(world.boot(), first)
})

t.test('boot: always is for the machine alone, and phones home without changing state', async t => {
  const world = await createWorld(t, always)
  world.memory.hosts.know('node1')
  t.match(world.boot(foreign), /^forbidden/)
  const token = world.boot()
  for (const event of ['ready', 'progress', 'done', 'failed', 'up', 'again'] as const) {
    t.equal(world.say(event, { token, facts: { uptime: 3 } }), 204)
    world.pass(1)
  }
  t.equal(world.state(), 'idle')
  t.strictSame(world.memory.hosts.facts('node1'), { uptime: 3 })
  t.match(world.phoneHome.file({ token, address: own, place: world.place }, 'preseed'), {
    kind: 'file',
  })
  t.match(world.phoneHome.file({ token, address: foreign, place: world.place }, 'preseed'), {
    kind: 'forbidden',
  })
})

t.test('boot: always without its kernel gets its disk and a sentence', async t => {
  const world = await createWorld(t, always)
  rmSync(join(world.folder, 'assets/linux'))
  t.match(world.boot(), /^local: no such kernel: /)
})

t.test('boot: once is done when kernel and initrd have left to the last byte', async t => {
  const world = await createWorld(t, once)
  world.ask()
  world.boot()
  sent(world, '/assets/linux')
  sent(world, '/assets/linux')
  sent(world, '/assets/something-else')
  sent(world, '/assets/initrd.gz', false)
  t.equal(world.state(), 'booting', 'the initrd is still on its way')
  sent(world, '/assets/initrd.gz')
  t.equal(world.state(), 'installed')
  t.equal(world.boot(), 'local: node1 is installed: booted once, as asked')
})

t.test('boot: once counts the downloads of each attempt on its own', async t => {
  const world = await createWorld(t, once)
  world.ask()
  world.boot()
  sent(world, '/assets/linux')
  world.lives.ask(world.host, {}, true)
  world.boot()
  sent(world, '/assets/initrd.gz')
  t.equal(world.state(), 'booting')
})

t.test('an install is not ended by its downloads', async t => {
  const world = await createWorld(t)
  world.ask()
  world.boot()
  sent(world, '/assets/linux')
  sent(world, '/assets/initrd.gz')
  t.equal(world.state(), 'booting')
})

t.test('strangers boot the profile of unknownHosts, with a token of their own', async t => {
  const world = await createWorld(t)
  const rescue = profile(world.folder, { boot: 'always', name: 'discover', vars: { disk: 'none' } })
  const boot = (mac: string) => {
    const told = world.strange(rescue, mac as Mac)
    return tokenOf(told) ?? told.reason
  }
  const token = boot('52:54:00:00:00:01')
  t.equal(boot('52:54:00:00:00:01'), token)
  t.not(boot('52:54:00:00:00:02'), token)
  t.equal(world.say('ready', { token }), 204)
  t.equal(world.state(), 'idle')
  t.strictSame(world.memory.hosts.all(), [], 'nothing of it is stored')
  const stranger = world.strangers.byToken(token)
  t.equal(stranger?.host.name, '52-54-00-00-00-01')
})

t.test('5,000 random MACs: the oldest are forgotten, tokens and all', async t => {
  const world = await createWorld(t)
  const bare = profile(world.folder, { boot: 'always', files: {}, cmdline: 'quiet', initrd: [] })
  const macOf = (n: number) => macOfBytes(Uint8Array.of(0x52, 0x54, 0, n >> 16, n >> 8, n))
  const tokens: string[] = []
  const count = 5000
  for (let n = 0; n < count; n++) {
    const told = world.strange(bare, macOf(n))
    const token = tokenOf(told)
    if (token === undefined) return t.fail(told.reason)
    tokens.push(token)
  }
  const known = tokens.filter(token => world.strangers.byToken(token))
  t.equal(known.length, 1024)
  t.strictSame(known, tokens.slice(-1024))
  t.equal(world.say('ready', { token: tokens[0] ?? '' }), 404)
  return undefined
})

t.test('a stranger whose template fails is told so', async t => {
  const world = await createWorld(t)
  const bad = profile(world.folder, { cmdline: '{{ host.vars.nobody }}' })
  t.match(world.strange(bad), { kind: 'local', reason: /host\.vars\.nobody/ })
})
