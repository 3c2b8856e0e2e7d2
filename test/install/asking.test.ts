import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { createWorld, own, profile, type World } from './world.ts'

const refusal = (world: World, replace = false) => {
  const asked = world.lives.ask(world.host, {}, replace)
  return asked.ok ? undefined : sentenceOf(asked.why)
}

t.test('an install that is asked for waits for its machine', async t => {
  const world = await createWorld(t)
  const id = world.ask()
  t.equal(world.state(), 'pending')
  t.match(world.memory.hosts.get('node1'), { install: id, life: { attempt: 0 } })
  t.match(world.memory.installs.get(id), { host: 'node1', profile: 'debian', askedAt: world.now() })
  t.strictSame(world.timeline('state'), [
    'idle -> pending: install asked, waiting for a network boot',
  ])
  t.strictSame(world.lives.known(world.host), {
    name: 'node1',
    due: true,
    why: { code: 'host-state', host: 'node1', state: 'pending', why: { code: 'install-asked' } },
    settings: {},
  })
})

t.test(
  'while another profile is installed its loader counts, but what the host says goes before',
  async t => {
    const world = await createWorld(t, {
      profile: { loader: 'pxelinux.0' },
      host: { localBoot: 'empty' },
    })
    const settings = () => world.lives.known(world.host).settings
    const other = { name: 'rescue', loader: 'shimx64.efi', localBoot: 'silent' } as const
    const rescue = profile(world.folder, other)
    t.strictSame(settings(), { loader: 'pxelinux.0', localBoot: 'empty' })
    world.lives.ask(world.host, { profile: rescue }, false)
    t.strictSame(settings(), { loader: 'shimx64.efi', localBoot: 'empty' })
    world.lives.cancel('node1')
    t.strictSame(settings(), { loader: 'pxelinux.0', localBoot: 'empty' })
  },
)

t.test('asked again while it waits, the newer wish counts', async t => {
  const world = await createWorld(t)
  const first = world.ask()
  const second = world.ask()
  t.not(first, second)
  t.equal(world.memory.hosts.get('node1')?.install, second)
  t.match(world.memory.installs.get(first), { outcome: 'replaced' })
  t.equal(world.memory.installs.get(second)?.outcome, undefined)
})

t.test('one that has begun is replaced only when that is said', async t => {
  for (const said of [[], ['ready'], ['ready', 'done']] as const) {
    const world = await createWorld(t, { profile: { verifyUp: 900 } })
    world.ask()
    const token = world.boot()
    for (const event of said) world.say(event)
    const before = world.state()
    t.equal(refusal(world), `node1 is ${before}; --replace starts over`)
    t.equal(world.state(), before)
    t.equal(world.memory.installs.attempt(token)?.void, false)

    t.equal(refusal(world, true), undefined)
    t.equal(world.state(), 'pending')
    t.equal(world.say('done', { token }), 404, 'the token of the old one is void')
    t.equal(world.state(), 'pending')
    await world.close()
  }
})

t.test('what cannot be installed is refused with a sentence, and nothing changes', async t => {
  const rows = [
    ['a missing kernel', { kernel: '/nowhere/linux' }, /^no such kernel: \/nowhere\/linux$/],
    ['a missing initrd', { initrd: ['/nowhere/initrd'] }, /^no such initrd: \/nowhere\/initrd$/],
    ['a kernel that is a folder', { kernel: '/' }, /^no such kernel/],
    ['a missing answer file', { files: { preseed: '/nowhere/p' } }, /^cannot read the answer file/],
    [
      'a var without a value',
      { vars: { disk: 'required', raid: 'required' } },
      /^node1 gives no value for disk, raid, which debian requires$/,
    ],
    ['a profile that is booted always', { boot: 'always' }, /^debian is booted always/],
  ] as const
  for (const [what, more, reason] of rows) {
    const world = await createWorld(t, { profile: more })
    t.match(refusal(world), reason, what)
    t.equal(world.memory.hosts.get('node1'), undefined)
    t.strictSame(world.memory.installs.ofHost('node1', 10), [])
    await world.close()
  }
  const { profile: _, ...reservation } = (await createWorld(t)).host
  const world = await createWorld(t)
  t.strictSame(world.lives.ask(reservation, {}, false), {
    ok: false,
    why: { code: 'no-profile', host: 'node1' },
  })
})

t.test('a host gives the value that its profile requires; the install may say another', async t => {
  const world = await createWorld(t, {
    profile: { vars: { disk: 'required' } },
    host: { vars: { disk: '/dev/sda' } },
  })
  const vars = (id: string) => world.memory.installs.get(id)?.spec.profile.vars
  t.strictSame(vars(world.ask()), { disk: '/dev/sda' })
  const asked = world.lives.ask(world.host, { vars: { disk: '/dev/nvme0n1' } }, false)
  t.strictSame(asked.ok && vars(asked.install), { disk: '/dev/nvme0n1' })
})

t.test('another profile, for this install only', async t => {
  const world = await createWorld(t)
  const rescue = profile(world.folder, { name: 'rescue', boot: 'once' })
  const asked = world.lives.ask(world.host, { profile: rescue }, false)
  t.equal(asked.ok && world.memory.installs.get(asked.install)?.profile, 'rescue')
  t.equal(world.host.profile?.name, 'debian')
})

t.test('a dry run says yes or no and changes nothing', async t => {
  const world = await createWorld(t)
  t.strictSame(world.lives.ask(world.host, {}, false, true), { ok: true, install: '' })
  t.equal(world.memory.hosts.get('node1'), undefined)
  t.strictSame(world.timeline(), [])
  rmSync(join(world.folder, 'assets/linux'))
  t.match(world.lives.ask(world.host, {}, false, true), {
    ...{ ok: false, why: { code: 'no-asset', what: 'kernel' } },
  })
})

t.test('an install keeps what it was asked with', async t => {
  const world = await createWorld(t)
  world.ask()
  writeFileSync(join(world.folder, 'preseed'), 'another answer\n')
  const token = world.boot()
  const file = world.phoneHome.file({ token, address: own, place: world.place }, 'preseed')
  t.match(file, { kind: 'file', text: /^d-i disk \/dev\/vda for node1/ })
})

t.test('cancel says what it took back', async t => {
  const rows = [
    [[], 'pending', false],
    [['boot'], 'booting', false],
    [['boot', 'progress'], 'booting', true],
    [['boot', 'ready'], 'installing', true],
    [['boot', 'ready', 'done'], 'verifying', true],
  ] as const
  for (const [steps, was, erases] of rows) {
    const world = await createWorld(t, { profile: { verifyUp: 900 } })
    const id = world.ask()
    let token = ''
    for (const step of steps) {
      if (step === 'boot') token = world.boot()
      else world.say(step)
    }
    const cancelled = world.lives.cancel('node1')
    const warning = { code: 'may-be-erasing', host: 'node1', state: was }
    t.strictSame(cancelled, { ok: true, was, ...(erases && { warning }) })
    t.equal(world.state(), 'idle')
    t.match(world.memory.installs.get(id), { outcome: 'cancelled' })
    if (token) t.equal(world.say('done', { token }), 404, 'the token is good no more')
    t.equal(world.boot(), 'local: node1 is idle: cancelled')
    await world.close()
  }
})

t.test('there is nothing to cancel where nothing was asked or all has ended', async t => {
  const world = await createWorld(t)
  const no = (was: string) => ({
    ...{ ok: false, was, why: { code: 'nothing-to-cancel', host: 'node1', state: was } },
  })
  t.strictSame(world.lives.cancel('node1'), no('idle'))
  world.ask()
  world.boot()
  world.say('done')
  t.strictSame(world.lives.cancel('node1'), no('installed'))
})

t.test('a host that leaves the config: a wish is cancelled, a running attempt goes on', async t => {
  const world = await createWorld(t)
  world.ask()
  world.lives.forget(() => true)
  t.equal(world.state(), 'pending')
  world.lives.forget(() => false)
  t.equal(world.state(), 'idle')
  world.ask()
  world.boot()
  world.lives.forget(() => false)
  t.equal(world.state(), 'booting')
  world.say('ready')
  world.lives.forget(() => false)
  t.equal(world.state(), 'installing')
})

t.test('the clocks run by tick, and a machine that downloads is not silent', async t => {
  const world = await createWorld(t)
  world.ask()
  world.boot()
  world.pass(14 * 60)
  world.lives.tick()
  t.equal(world.state(), 'booting')
  world.downloads.sent('node1', { address: own, url: '/assets/linux', size: 6, complete: false })
  world.pass(14 * 60)
  world.lives.tick()
  t.equal(world.state(), 'booting')
  world.pass(60)
  world.lives.tick()
  t.equal(world.state(), 'failed')
  t.match(
    world.timeline('state').at(-1),
    /^booting -> failed: bootTimeout: no sign of life after 1/,
  )
})

t.test('a host that needs a program which is not here is not asked for', async t => {
  const lack = { code: 'no-program', program: 'nixos-anywhere' } as const
  const { lives, host, state } = await createWorld(t, { deps: { lackOf: () => lack } })
  t.strictSame(lives.ask(host, {}, false), { ok: false, why: lack })
  t.equal(state(), 'idle')
})
