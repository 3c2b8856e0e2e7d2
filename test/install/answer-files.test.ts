import t, { type Test } from 'tap'
import { nat } from './identify.ts'
import { createWorld, foreign, own, tokenOf } from './world.ts'

const text = (token: string) =>
  `d-i disk /dev/vda for node1 home http://10.77.0.1:8080/phone-home/${token}\n`

async function booted(test: Test) {
  const world = await createWorld(test, { profile: { verifyUp: 900 } })
  world.ask()
  const token = world.boot()
  const fetch = (name = 'preseed', from = own, by = token) =>
    world.phoneHome.file({ token: by, address: from, place: world.place }, name)
  return { world, token, fetch }
}

/** Counts the calls of a function from now on. */
function counted<K extends string>(object: { [key in K]: (...of: never[]) => unknown }, name: K) {
  const whole = object[name]
  let calls = 0
  const counting = (...of: never[]) => {
    calls += 1
    return whole(...of)
  }
  Object.assign(object, { [name]: counting })
  return () => calls
}

t.test('the machine gets its answer file, which is a sign of life', async t => {
  const { world, token, fetch } = await booted(t)
  t.strictSame(fetch(), { kind: 'file', text: text(token) })
  t.match(world.lives.lifeOf('node1'), { state: 'booting', alive: true })
  t.equal(world.lives.known(world.host).due, false, 'its next netboot gets its disk')
  t.strictSame(world.timeline('file'), ['answer file preseed fetched'])
})

t.test(
  'nobody else gets it: forbidden, no change, and the timeline names the stranger',
  async t => {
    const { world, fetch } = await booted(t)
    const before = world.lives.lifeOf('node1')
    t.match(fetch('preseed', foreign), { kind: 'forbidden' })
    t.strictSame(world.lives.lifeOf('node1'), before)
    t.match(world.timeline('stranger'), [/10\.77\.0\.66/])
  },
)

t.test('who is refused costs no look into the file, which may be megabytes', async t => {
  const { world, fetch } = await booted(t)
  const reads = counted(world.memory.installs, 'file')
  t.match(fetch('preseed', foreign), { kind: 'forbidden' })
  t.match(fetch('nothing'), { kind: 'gone' })
  t.match(fetch('preseed', own, 'wrong'), { kind: 'gone' })
  t.equal(reads(), 0)
  t.match(fetch(), { kind: 'file' })
  t.equal(reads(), 1)
  world.say('failed')
  t.match(fetch(), { kind: 'gone', why: { code: 'host-is' } })
  t.equal(reads(), 1)
})

t.test('nor into what lets us in', async t => {
  const login = { way: 'key', user: 'root', port: 22 } as const
  const world = await createWorld(t, { profile: { login } })
  world.ask()
  const token = world.boot()
  const reads = counted(world.deps.logins, 'initrd')
  const take = (address = own, by = token) =>
    world.phoneHome.login({ token: by, address, place: world.place })
  t.match(take(own, 'wrong'), { kind: 'gone', why: { code: 'login-missing' } })
  t.match(take(foreign), { kind: 'forbidden', why: { code: 'login-of-another' } })
  t.equal(reads(), 0)
  t.match(take(), { kind: 'file' })
  t.equal(reads(), 1)
  world.say('ready')
  t.match(take(), { kind: 'gone', why: { code: 'host-is', state: 'installing' } })
  t.equal(reads(), 1)
})

t.test('names that are no answer file are gone, whoever asks', async t => {
  const { fetch } = await booted(t)
  for (const name of [
    'nothing',
    '',
    '../preseed',
    '__proto__',
    'constructor',
    'toString',
    '/etc/passwd',
  ])
    t.match(fetch(name), { kind: 'gone' }, name)
  t.match(fetch('preseed', own, 'wrong'), { kind: 'gone' })
})

t.test('it is there while the machine boots and installs, and gone when it is done', async t => {
  const { world, fetch } = await booted(t)
  t.match(fetch(), { kind: 'file' })
  world.say('ready')
  t.match(fetch(), { kind: 'file' })
  world.say('done')
  t.equal(world.state(), 'verifying')
  t.match(fetch(), { kind: 'gone', why: { code: 'host-is', state: 'verifying' } })
  world.say('up')
  t.match(fetch(), { kind: 'gone', why: { code: 'host-is', state: 'installed' } })
})

t.test('it is gone after a failure, after a cancel and with the next install', async t => {
  const { world, fetch } = await booted(t)
  world.say('failed')
  t.match(fetch(), { kind: 'gone' })
  world.ask()
  t.match(fetch(), { kind: 'gone' }, 'the old token')
  const token = world.boot()
  t.match(fetch('preseed', own, token), { kind: 'file' })
  world.lives.cancel('node1')
  t.match(fetch('preseed', own, token), { kind: 'gone' })
})

t.test('it is gone for an older boot once the newer has given a sign of life', async t => {
  const { world, fetch } = await booted(t)
  world.scripts.discovered('node1')
  const second = world.boot()
  t.equal(world.lives.known(world.host).due, true)
  t.strictSame(fetch('preseed', own, second), { kind: 'file', text: text(second) })
  t.equal(world.lives.known(world.host).due, false)
  t.match(fetch(), { kind: 'gone', why: { code: 'booted-anew', host: 'node1' } })
})

t.test('a file that burns is there until it was downloaded once', async t => {
  const world = await createWorld(t, { profile: { burn: ['preseed'] } })
  world.ask()
  const token = world.boot()
  const fetch = (by = token) =>
    world.phoneHome.file({ token: by, address: own, place: world.place }, 'preseed')
  t.strictSame(fetch(), { kind: 'file', text: text(token), burns: true })
  t.match(fetch(), { kind: 'file' }, 'a download that was cut is no download')
  world.phoneHome.burn(token, 'preseed')
  t.match(fetch(), { kind: 'gone', why: { code: 'burnt' } })
  t.match(world.timeline('file').at(-1), /preseed was asked for again: it is burnt/)
  t.match(world.phoneHome.file({ token, address: foreign, place: world.place }, 'preseed'), {
    kind: 'forbidden',
  })

  world.say('again')
  world.scripts.discovered('node1')
  const next = world.boot()
  t.match(fetch(next), { kind: 'file' }, 'the next boot has its own')
})

t.test('what is burnt stays so over a restart', async t => {
  const settings = { profile: { burn: ['preseed'] } }
  const world = await createWorld(t, settings)
  world.ask()
  const token = world.boot()
  world.phoneHome.burn(token, 'preseed')
  await world.close()
  const after = await createWorld(t, { ...settings, after: world })
  t.match(after.phoneHome.file({ token, address: own, place: after.place }, 'preseed'), {
    kind: 'gone',
  })
})

t.test('a stranger’s file burns too', async t => {
  const world = await createWorld(t, { profile: { burn: ['preseed'], boot: 'always' } })
  const profile = world.host.profile
  if (!profile) throw new Error('the host has a profile')
  const boot = () => {
    const told = world.strange(profile)
    const token = tokenOf(told)
    if (token === undefined) throw new Error(told.reason)
    return token
  }
  const token = boot()
  t.match(
    world.phoneHome.file(
      { token, address: own, place: { ...world.place, network: { name: nat } } },
      'preseed',
    ),
    {
      ...{ kind: 'file', burns: true },
    },
  )
  world.phoneHome.burn(token, 'preseed')
  boot()
  t.match(
    world.phoneHome.file(
      { token, address: own, place: { ...world.place, network: { name: nat } } },
      'preseed',
    ),
    {
      kind: 'gone',
    },
  )
})
