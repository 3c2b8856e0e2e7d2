import t, { type Test } from 'tap'
import { createWorld, foreign, own, start, type World } from './world.ts'

async function booted(test: Test, settings: Parameters<typeof createWorld>[1] = {}) {
  const world = await createWorld(test, settings)
  world.ask()
  return { world, token: world.boot() }
}

const record = (world: World) => world.memory.hosts.get('node1')

t.test('every event, as the timeline tells it', async t => {
  const { world } = await booted(t)
  t.equal(world.say('progress', { percent: 10, message: 'partitioning' }), 204)
  t.equal(world.say('ready'), 204)
  t.equal(world.state(), 'installing')
  t.equal(world.say('progress', { percent: 60, message: 'copying' }), 204)
  t.match(record(world), { percent: 60, message: 'copying' })
  t.equal(world.say('done'), 204)
  t.equal(world.state(), 'installed')
  t.equal(world.say('up'), 204)
  t.strictSame(world.timeline('phone-home'), [
    'progress 10 %: partitioning',
    'ready',
    'progress 60 %: copying',
    'done',
    'up',
  ])
})

t.test('failed, with the sentence of the installer', async t => {
  const { world } = await booted(t)
  world.say('ready')
  t.equal(world.say('failed', { message: 'no disk' }), 204)
  t.match(record(world)?.life, {
    state: 'failed',
    why: { code: 'installer-failed', message: 'no disk' },
    byTime: false,
  })
})

t.test('again: the same machine gets the next attempt', async t => {
  const { world, token } = await booted(t)
  world.say('ready')
  t.equal(world.say('again'), 204)
  t.equal(world.state(), 'booting')
  world.scripts.discovered('node1')
  t.not(world.boot(), token)
  t.equal(record(world)?.life.attempt, 2)
})

t.test('a repetition is 204 and changes nothing', async t => {
  const { world } = await booted(t)
  world.say('ready')
  const before = record(world)
  world.pass(60)
  t.equal(world.say('ready'), 204)
  t.strictSame(record(world), before)
  world.say('done')
  const ended = record(world)
  world.pass(60)
  t.equal(world.say('done'), 204)
  t.equal(world.say('ready'), 204)
  t.strictSame(record(world), ended)
})

t.test('progress after the end is noted and shown no more', async t => {
  const { world } = await booted(t)
  world.say('ready')
  world.say('done')
  const ended = record(world)
  t.equal(world.say('progress', { percent: 40, message: 'straggler' }), 204)
  t.strictSame(record(world), ended)
})

t.test('a token that is wrong, void or of an old install: 404 and no change', async t => {
  const { world, token } = await booted(t)
  const before = record(world)
  for (const wrong of [
    '',
    'nonsense',
    `${token} `,
    token.toUpperCase(),
    `${token}'; drop table hosts`,
  ])
    t.equal(world.say('done', { token: wrong }), 404)
  t.strictSame(record(world), before)

  world.lives.cancel('node1')
  t.equal(world.say('done', { token }), 404, 'cancelled')
  t.equal(world.state(), 'idle')

  world.ask()
  t.equal(world.say('ready', { token }), 404, 'of the install before')
  t.equal(world.say('up', { token }), 404)
  t.equal(world.state(), 'pending')
  t.equal(world.boot() === token, false)
  t.equal(world.say('done', { token }), 404)
  t.equal(world.state(), 'booting')
  t.equal(world.timeline('phone-home').length, 0)
})

t.test('a token is good for seven days', async t => {
  const { world, token } = await booted(t)
  world.pass(2 * 3600)
  world.lives.tick()
  t.equal(world.state(), 'failed')
  world.pass(7 * 86_400 - 2 * 3600)
  t.equal(world.say('progress', { token }), 204)
  world.pass(1)
  t.equal(world.say('up', { token }), 404)
  t.equal(world.state(), 'failed')
})

t.test('late done within the seven days mends a failure by time, and is noted as late', async t => {
  const { world, token } = await booted(t)
  const id = record(world)?.install ?? ''
  world.pass(2 * 3600)
  world.lives.tick()
  t.equal(world.memory.installs.get(id)?.outcome, 'failed')
  t.equal(world.say('done', { token }), 204)
  t.equal(world.state(), 'installed')
  t.match(world.memory.installs.get(id), {
    outcome: 'installed',
    reason: { code: 'late-end', event: 'done' },
  })
  t.match(world.timeline('note'), [/^late: done came after/])
})

t.test(
  'ready from another address: 403, no change, and the timeline names the stranger',
  async t => {
    const { world } = await booted(t)
    const before = record(world)
    t.equal(world.say('ready', { from: foreign }), 403)
    t.strictSame(record(world), before)
    t.strictSame(world.timeline('phone-home'), [])
    t.match(world.timeline('stranger'), [/10\.77\.0\.66/])
    t.equal(world.say('ready', { from: own }), 204)
  },
)

t.test('what is not the beginning of the work may come from any address', async t => {
  const { world } = await booted(t)
  world.say('ready')
  t.equal(world.say('progress', { from: foreign }), 204)
  t.equal(world.say('done', { from: foreign }), 204)
  t.equal(world.state(), 'installed')
})

t.test('ready by the token of an older boot counts while no newer one has spoken', async t => {
  const { world, token: first } = await booted(t)
  world.scripts.discovered('node1')
  const second = world.boot()
  t.equal(world.say('ready', { token: first }), 204)
  t.equal(world.state(), 'installing')
  t.equal(record(world)?.life.attempt, 1)
  t.equal(world.say('ready', { token: second }), 404, 'nobody boots by that any more')
  t.equal(world.say('again', { token: first }), 204)
  world.scripts.discovered('node1')
  world.boot()
  t.equal(record(world)?.life.attempt, 3, 'no number comes twice')
})

t.test('an answer file for an older boot shows that it is the one that runs', async t => {
  const { world, token: first } = await booted(t)
  world.scripts.discovered('node1')
  world.boot()
  t.match(world.phoneHome.file({ token: first, address: own, place: world.place }, 'preseed'), {
    kind: 'file',
  })
  t.match(record(world)?.life, { attempt: 1, alive: true })
})

t.test('ready, again and progress by the token of an older boot disturb no newer one', async t => {
  const { world, token: first } = await booted(t)
  world.scripts.discovered('node1')
  const second = world.boot()
  world.say('progress', { token: second })
  const before = record(world)?.life
  t.equal(world.say('ready', { token: first }), 204)
  t.equal(world.say('progress', { token: first }), 204)
  t.equal(world.say('again', { token: first }), 204)
  t.strictSame(record(world)?.life, before)
  world.say('ready', { token: second })
  t.equal(world.say('again', { token: first }), 204)
  t.equal(world.state(), 'installing')
})

t.test('done by an older boot ends the install: it has the disk', async t => {
  const { world, token: first } = await booted(t)
  world.scripts.discovered('node1')
  world.boot()
  t.equal(world.say('done', { token: first }), 204)
  t.equal(world.state(), 'installed')
})

t.test('the 11th message of a token within a second is 429 and changes nothing', async t => {
  const { world } = await booted(t)
  for (let n = 0; n < 10; n++) t.equal(world.say('progress', { percent: n }), 204)
  const before = record(world)
  t.equal(world.say('done'), 429)
  t.strictSame(record(world), before)
  world.pass(1)
  t.equal(world.say('done'), 204)
  t.equal(world.state(), 'installed')
})

t.test('facts are kept with the host, of each name the newest', async t => {
  const { world } = await booted(t)
  world.say('ready', { facts: { serial: 'A1', disks: ['vda'] } })
  t.strictSame(world.memory.hosts.facts('node1'), { serial: 'A1', disks: ['vda'] })
  world.say('progress')
  t.strictSame(world.memory.hosts.facts('node1'), { serial: 'A1', disks: ['vda'] })
  world.say('done', { facts: { serial: 'B2' } })
  t.strictSame(world.memory.hosts.facts('node1'), { serial: 'B2', disks: ['vda'] })
})

t.test('what was heard is there after a restart', async t => {
  const { world, token } = await booted(t)
  world.say('ready', { facts: { serial: 'A1' } })
  await world.memory.committed()
  await world.close()
  const next = await createWorld(t, { after: world })
  t.equal(next.state(), 'installing')
  t.strictSame(next.memory.hosts.facts('node1'), { serial: 'A1' })
  t.equal(next.say('done', { token }), 204)
  t.equal(next.state(), 'installed')
  t.ok(next.now() >= start)
})
