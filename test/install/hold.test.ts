import t from 'tap'
import { asking, createWorld, foreign, ip, mac, own, tokenOf, type World } from './world.ts'

/** A request by a datagram: the token in the answer, and what happens when it arrives. */
function hold(world: World) {
  const { told, arrived } = world.answers.prepare(asking(mac))
  return { told, arrived, token: tokenOf(told) ?? '' }
}

const attemptOf = (world: World) => world.lives.lifeOf('node1').attempt

t.test('a request that nobody acknowledges opens nothing, however often it comes', async t => {
  const world = await createWorld(t)
  world.ask()
  const tokens = Array.from({ length: 10 }, () => {
    world.scripts.discovered('node1')
    return hold(world).token
  })
  t.equal(new Set(tokens).size, 1, 'and it is told the same every time')
  t.equal(world.state(), 'pending')
  t.equal(attemptOf(world), 0)
  t.strictSame(world.timeline('state').length, 1, 'install asked')
  t.match(world.boot(), tokens[0], 'a script by HTTP is that attempt')
  t.equal(attemptOf(world), 1)
  t.equal(world.say('ready'), 204)
})

t.test('it counts once, when the first block has arrived', async t => {
  const world = await createWorld(t)
  world.ask()
  const [first, second] = [hold(world), hold(world)]
  first.arrived()
  t.match([world.state(), attemptOf(world)], ['booting', 1])
  second.arrived()
  t.equal(attemptOf(world), 1)
  t.equal(world.say('ready', { token: first.token }), 204)
  t.equal(world.state(), 'installing')
})

t.test('an attempt under way is not disturbed by what nobody acknowledges', async t => {
  const world = await createWorld(t)
  world.ask()
  const token = world.boot()
  for (let n = 0; n < 10; n++) {
    world.scripts.discovered('node1')
    t.not(hold(world).token, token, 'a new boot would have a token of its own')
  }
  t.equal(attemptOf(world), 1)
  t.equal(world.say('ready', { token }), 204)
  t.equal(world.state(), 'installing')
})

t.test('the token is good for the machine, also when we were gone meanwhile', async t => {
  const before = await createWorld(t)
  before.ask()
  const { token } = hold(before)
  await before.close()
  const world = await createWorld(t, { after: before })
  t.equal(world.state(), 'pending')
  t.equal(world.say('progress', { token, from: foreign }), 403)
  t.equal(world.say('ready', { token, from: ip('10.77.0.99') }), 403)
  t.equal(world.state(), 'pending')
  const file = world.phoneHome.file({ token, address: own, place: world.place }, 'preseed')
  t.match(file, { kind: 'file', text: token })
  t.match([world.state(), attemptOf(world)], ['booting', 1])
  t.equal(world.say('ready', { token }), 204)
  t.equal(world.state(), 'installing')
})

t.test('what was held does not happen when all is different by then', async t => {
  const world = await createWorld(t)
  world.ask()
  const { token, arrived } = hold(world)
  world.lives.cancel('node1')
  arrived()
  t.equal(world.state(), 'idle')
  t.equal(world.say('ready', { token }), 404)

  world.ask()
  const next = hold(world)
  world.boot()
  next.arrived()
  t.match([world.state(), attemptOf(world)], ['booting', 1])
  t.equal(world.say('ready', { token: next.token }), 204)
})

t.test('what lets us in stays that of the boot that has it', async t => {
  const login = { way: 'password', user: 'root', port: 22 } as const
  const world = await createWorld(t, { profile: { phoneHome: 'ssh', login } })
  const install = world.ask()
  const { arrived } = hold(world)
  const [password] = world.deps.logins.secrets({ install, attempt: 1 })
  hold(world)
  arrived()
  t.ok(password)
  t.strictSame(world.deps.logins.secrets({ install, attempt: 1 }), [password])
  world.scripts.discovered('node1')
  hold(world)
  t.strictSame(world.deps.logins.secrets({ install, attempt: 1 }), [password])
})

t.test('a host that netboots at every boot', async t => {
  const world = await createWorld(t, { profile: { boot: 'always' } })
  const running = world.boot()
  world.scripts.discovered('node1')
  const { token, arrived } = hold(world)
  t.not(token, running)
  t.equal(world.memory.installs.currentAttempt('node1')?.token, running)
  arrived()
  t.equal(world.memory.installs.currentAttempt('node1')?.token, token)
  t.equal(world.memory.installs.attempt(running)?.void, true)
})
