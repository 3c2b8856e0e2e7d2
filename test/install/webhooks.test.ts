import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import type { Callback, CallbackEvent } from '../../src/boot/callback.ts'
import { pauseAfter } from '../../src/install/deliver.ts'
import { startReceiver } from './receiver.ts'
import { createWorld, mac, start, until, type World } from './world.ts'

const all: readonly CallbackEvent[] = ['asked', 'ready', 'installed', 'failed', 'cancelled']

function webhook(url: string, more: Partial<Callback & { secretFile: string }> = {}): Callback {
  return { kind: 'webhook', name: 'notify', when: all, url, timeout: 5, ...more } as Callback
}

const deliveries = (world: World) => world.memory.deliveries.ofHost('node1', 50).reverse()
const settled = (world: World, state: string) =>
  until(() => deliveries(world).every(delivery => delivery.state === state), `all are ${state}`)

async function tried(t: Test, status: number, world: World, tries: number) {
  world.outbox.wake()
  await until(
    () => deliveries(world).some(d => d.tries === tries && d.state !== 'running'),
    `try ${tries} was answered ${status}`,
  )
  t.equal(deliveries(world)[0]?.tries, tries)
}

t.test('to a receiver that has IPv6 alone', async t => {
  const { url, received } = await startReceiver(t, 200, '::1')
  const world = await createWorld(t, { profile: { callbacks: [webhook(`${url}/hook`)] } })
  world.ask()
  await settled(world, 'delivered')
  t.match(received, [{ path: '/hook', headers: { host: /^\[::1\]:\d+$/ } }])
})

t.test('the body, the key and the signature, as the contract has them', async t => {
  const { url, received } = await startReceiver(t)
  const secretFile = join(t.testdirName, 'secret')
  const notify = webhook(`${url}/hook?host={{ host.name }}`, { secretFile })
  const world = await createWorld(t, { profile: { callbacks: [notify] } })
  writeFileSync(secretFile, '  a secret\n')
  const install = world.ask()
  await settled(world, 'delivered')
  world.pass(60)
  world.boot()
  world.say('ready', { facts: { serial: 'A1' } })
  await settled(world, 'delivered')
  world.pass(1)
  world.say('failed', { message: 'no disk' })
  await settled(world, 'delivered')

  const common = { host: 'node1', mac, profile: 'debian', install }
  t.strictSame(
    received.map(({ body }) => JSON.parse(body)),
    [
      { event: 'asked', ...common, attempt: 0, at: new Date(start).toISOString() },
      {
        ...{ event: 'ready', ...common, address: '10.77.0.20', attempt: 1 },
        ...{ at: new Date(start + 60_000).toISOString(), facts: { serial: 'A1' } },
      },
      {
        ...{ event: 'failed', ...common, address: '10.77.0.20', attempt: 1 },
        ...{ at: new Date(start + 61_000).toISOString(), message: 'no disk' },
        facts: { serial: 'A1' },
      },
    ],
  )
  t.strictSame(
    received.map(({ headers }) => headers['idempotency-key']),
    [`${install}/0/notify/asked`, `${install}/1/notify/ready`, `${install}/1/notify/failed`],
  )
  for (const { path, headers, body } of received) {
    t.equal(path, '/hook?host=node1')
    t.equal(headers['content-type'], 'application/json')
    const hex = createHmac('sha256', 'a secret').update(body).digest('hex')
    t.equal(headers['x-bootwright-signature'], `sha256=${hex}`)
  }
})

t.test('a failure by time says why; without a secret there is no signature', async t => {
  const { url, received } = await startReceiver(t)
  const world = await createWorld(t, { profile: { callbacks: [webhook(url)] } })
  world.ask()
  world.pass(86_400)
  world.lives.tick()
  await settled(world, 'delivered')
  const [, failed] = received
  t.match(JSON.parse(failed?.body ?? '{}'), {
    event: 'failed',
    message: 'expired: it did not netboot in time',
  })
  t.equal(failed?.headers['x-bootwright-signature'], undefined)
})

t.test('only the events that a callback names are told', async t => {
  const { url } = await startReceiver(t)
  const notify = webhook(url, { when: ['ready', 'cancelled'] })
  const world = await createWorld(t, { profile: { callbacks: [notify] } })
  world.ask()
  world.boot()
  world.say('ready')
  world.lives.cancel('node1')
  t.strictSame(
    deliveries(world).map(({ event }) => event),
    ['ready', 'cancelled'],
  )
})

t.test('the pauses between tries double from 1 s to 300 s', async t => {
  const pauses = Array.from({ length: 11 }, (_, tries) => pauseAfter(tries))
  t.strictSame(pauses, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
})

t.test('what is not delivered is tried again, later and later, with the same key', async t => {
  const { url, received, answers } = await startReceiver(t, 503)
  const world = await createWorld(t, { profile: { callbacks: [webhook(url)] } })
  world.ask()
  for (const [index, pause] of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].entries()) {
    await tried(t, 503, world, index + 1)
    const [delivery] = deliveries(world)
    t.match(delivery, { state: 'due', error: { code: 'answered-status', status: 503 } })
    t.equal((delivery?.nextAt ?? 0) - world.now(), pause * 1000, `try ${index + 2}`)
    world.pass(pause - 0.001)
    t.strictSame(world.memory.deliveries.due(world.now(), 10), [], 'not a moment earlier')
    world.pass(0.001)
  }
  answers.status = 204
  world.outbox.wake()
  await settled(world, 'delivered')
  t.equal(received.length, 12)
  t.equal(new Set(received.map(({ headers }) => headers['idempotency-key'])).size, 1)
  t.equal(new Set(received.map(({ body }) => body)).size, 1)
})

t.test('after 24 hours it is undelivered, and the timeline says so', async t => {
  const { url } = await startReceiver(t, 500)
  const world = await createWorld(t, { profile: { callbacks: [webhook(url)] } })
  world.ask()
  await tried(t, 500, world, 1)
  world.pass(86_398)
  await tried(t, 500, world, 2)
  t.equal(deliveries(world)[0]?.state, 'due')
  world.pass(2)
  await tried(t, 500, world, 3)
  t.match(deliveries(world), [
    { state: 'undelivered', error: { code: 'answered-status', status: 500 } },
  ])
  t.match(world.timeline('callback').at(-1), 'undelivered after 24 h: the receiver answered 500')
  t.equal(world.state(), 'pending', 'a report never decides')
})

t.test('a redirect is not followed: the body was signed for one receiver', async t => {
  const { url, received } = await startReceiver(t, 302)
  const world = await createWorld(t, { profile: { callbacks: [webhook(url)] } })
  world.ask()
  await tried(t, 302, world, 1)
  t.match(deliveries(world), [{ state: 'due', error: { code: 'answered-status', status: 302 } }])
  t.equal(received.length, 1)
})

t.test('no receiver, no address, no secret: each is a sentence and tried again', async t => {
  const rows = [
    ['nobody listens', webhook('http://127.0.0.1:1/'), 'ECONNREFUSED'],
    ['no URL', webhook('not a url'), 'ERR_INVALID_URL'],
    ['no secret', webhook('http://127.0.0.1:1/', { secretFile: '/nowhere/secret' }), 'ENOENT'],
  ] as const
  for (const [what, callback, errno] of rows) {
    const error = { code: 'request-failed', errno } as const
    const world = await createWorld(t, { profile: { callbacks: [callback] } })
    world.ask()
    await tried(t, 0, world, 1)
    t.match(deliveries(world), [{ state: 'due', error }], what)
    await world.close()
  }
})

t.test('a template that fails on a real install: undelivered, and an event', async t => {
  const notify = webhook('http://127.0.0.1:1/{{ facts.serial }}')
  const world = await createWorld(t, { profile: { callbacks: [notify] } })
  world.ask()
  await settled(world, 'undelivered')
  t.match(deliveries(world), [{ error: { code: 'template-failed', error: /facts\.serial/ } }])
  t.match(world.timeline('callback'), [/^notify \(asked\) cannot be made: .*facts\.serial/])
  t.equal(world.state(), 'pending')
})

t.test('a deploy that cannot be made fails the install', async t => {
  const deploy = webhook('http://127.0.0.1:1/{{ facts.serial }}', { name: 'start' })
  const world = await createWorld(t, { profile: { deploy } })
  world.ask()
  world.boot()
  world.say('ready')
  await settled(world, 'undelivered')
  t.match(world.lives.lifeOf('node1'), {
    state: 'failed',
    why: {
      code: 'deploy-failed',
      because: { code: 'template-failed', error: /facts\.serial/ },
    },
  })
})

t.test('a webhook as deploy starts the work; the machine says the end', async t => {
  const { url, received } = await startReceiver(t)
  const world = await createWorld(t, { profile: { deploy: webhook(url, { name: 'start' }) } })
  world.ask()
  world.boot()
  world.say('ready')
  await settled(world, 'delivered')
  t.equal(world.state(), 'installing')
  t.equal(received.length, 1)
  world.say('done')
  t.equal(world.state(), 'installed')
})

t.test('after kill -9 in the middle of a delivery it is made again, with the same key', async t => {
  const { url, received } = await startReceiver(t)
  const secretFile = join(t.testdirName, 'secret')
  const callbacks = [webhook(url, { secretFile })]
  const world = await createWorld(t, { profile: { callbacks } })
  const install = world.ask()
  await tried(t, 0, world, 1)
  world.memory.deliveries.start(deliveries(world)[0]?.id ?? 0)
  await world.memory.committed()
  await world.close()

  writeFileSync(secretFile, 'a secret')
  const next = await createWorld(t, { profile: { callbacks }, after: world })
  t.strictSame(next.outbox.recover(), [])
  next.outbox.wake()
  await settled(next, 'delivered')
  t.strictSame(
    received.map(({ headers }) => headers['idempotency-key']),
    [`${install}/0/notify/asked`],
  )
})

t.test('what became of a webhook is written until it is on disk', async t => {
  const rows: [string, number][] = [
    ['delivered', 204],
    ['due', 500],
  ]
  for (const [state, status] of rows) {
    for (const how of ['throws', 'is rolled back']) {
      const { url } = await startReceiver(t, status)
      const clock = { ...computerClock, sleepIdle: async () => {} }
      const world = await createWorld(t, {
        profile: { callbacks: [webhook(url)] },
        deps: { clock },
      })
      breakOnce(world, how)
      world.ask()
      const what = `${state}, where the first try ${how}`
      await until(() => deliveries(world).every(one => one.tries > 0 && one.state === state), what)
      t.pass(what)
    }
  }
})

/** As on a disk that is full just then. */
function breakOnce({ deps: { memory } }: World, how: string): void {
  const { deliveries } = memory
  const full = new Error('database or disk is full')
  const { end, retry } = deliveries
  const { committed } = memory
  let isWhole = false
  const once =
    <Values extends unknown[]>(write: (...values: Values) => void) =>
    (...values: Values) => {
      if (isWhole) return write(...values)
      isWhole = true
      if (how === 'throws') throw full
      memory.committed = () => {
        memory.committed = committed
        return Promise.reject(full)
      }
    }
  Object.assign(deliveries, { end: once(end), retry: once(retry) })
}
