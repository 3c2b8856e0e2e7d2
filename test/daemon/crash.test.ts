import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { openDhcpWire } from './client.ts'
import { type Change, startDaemon, until } from './daemon.ts'
import { ask, bringTo, makeMachine, show, underWay } from './machine.ts'
import { isAlive, pidsIn, writeDeploy } from './processes.ts'
import { openReceiver } from './receiver.ts'
import { debian, mac1, notify } from './settings.ts'

async function lan(t: Test, change: Change = {}) {
  const daemon = await startDaemon(t, change)
  const wire = await openDhcpWire(t, daemon.ports)
  const receiver = await openReceiver(t, daemon.ports.hook)
  return { daemon, receiver, wire, machine: makeMachine(daemon, wire, mac1) }
}

/** A command installs. */
const deploying: Change = ports => ({
  profiles: { debian: { ...debian, deploy: 'install' } },
  callbacks: {
    notify: notify(ports.hook),
    install: { command: { run: ['./deploy.sh', '{{ host.name }}'] } },
  },
})

for (const state of underWay) {
  t.test(`kill -9 while ${state}`, async t => {
    const { daemon, receiver, machine } = await lan(t)
    receiver.answer(500)
    await bringTo(state, daemon, 'node1', machine)
    await until('a refused webhook', () => receiver.received.length > 0)
    const before = (await show(daemon, 'node1')).host
    t.equal(before.state, state)
    const script = state === 'booting' ? await machine.script() : undefined

    await daemon.kill()
    receiver.answer(204)
    await daemon.start()
    t.strictSame((await show(daemon, 'node1')).host, before, 'nothing has changed')
    if (script) t.strictSame(await machine.script(), script, 'the same boot, the same bytes')

    const { install } = before
    const due = state === 'pending' || state === 'booting' ? ['0/notify/asked'] : ['1/notify/ready']
    for (const end of due) {
      await until(end, () => receiver.received.some(r => r.key === `${install}/${end}`))
    }
    const keys = new Set(receiver.received.map(({ key }) => key))
    const events = new Set(receiver.received.map(({ body }) => body.event))
    t.equal(keys.size, events.size, 'a webhook has one key, before and after')

    const rest = { pending: bootAndGoOn, booting: goOn, installing: goOn, verifying: goOn }
    await rest[state]()
    t.match((await show(daemon, 'node1')).host, { state: 'installed', install, attempt: 1 })

    async function bootAndGoOn() {
      await machine.lease()
      await machine.script()
      await goOn()
    }
    async function goOn() {
      for (const event of ['ready', 'done', 'up']) {
        t.equal((await machine.phoneHome(event)).status, 204, `its token is good for ${event}`)
      }
    }
  })
}

const troubles = {
  'answers 500': 500,
  'is down': undefined,
  'does not answer': 0,
} as const

for (const [trouble, status] of Object.entries(troubles)) {
  t.test(`a webhook whose receiver ${trouble} survives kill -9 with its key`, async t => {
    const { daemon, receiver } = await lan(t)
    if (status === undefined) await receiver.down()
    else receiver.answer(status)
    const install = await ask(daemon, 'node1')
    await until('a try', async () => {
      if (status !== undefined) return receiver.received.length > 0
      const [callback] = (await show(daemon, 'node1')).callbacks
      return (callback as { tries?: number } | undefined)?.tries === 1
    })

    await daemon.kill()
    if (status === undefined) await receiver.up()
    receiver.answer(204)
    await daemon.start()
    await until('the webhook', () => receiver.delivered('asked').length > 0)
    const keys = new Set(receiver.received.map(({ key }) => key))
    t.strictSame([...keys], [`${install}/0/notify/asked`])
    t.ok(receiver.received.every(({ signed }) => signed))
    const delivered = async () => (await show(daemon, 'node1')).callbacks[0]?.state === 'delivered'
    await until('its end', delivered)

    await daemon.kill()
    await daemon.start()
    t.match((await show(daemon, 'node1')).callbacks, [{ event: 'asked', state: 'delivered' }])
    t.equal(receiver.delivered('asked').length, 1, 'what was delivered is not delivered again')
  })
}

t.test('a deploy that was running is ended, not run again, and the host has failed', async t => {
  const { daemon, receiver, machine } = await lan(t, deploying)
  writeDeploy(daemon)
  await bringTo('installing', daemon, 'node1', machine)
  const pids = await until('deploy and its child', () => pidsIn(daemon, 2))
  t.ok(pids.every(isAlive))

  await daemon.kill()
  await daemon.start()
  await until('their end', () => !pids.some(isAlive))
  const { host, callbacks } = await show(daemon, 'node1')
  t.match(host, { state: 'failed', attempt: 1, why: /restarted while deploy ran/ })
  t.match(
    callbacks.find(callback => callback.event === 'ready' && callback.state === 'ended'),
    { error: /restarted/ },
  )
  await until('the webhook', () => receiver.delivered('failed').length === 1)

  t.equal((await machine.phoneHome('ready')).status, 204, 'a repetition')
  await daemon.kill()
  await daemon.start()
  await ask(daemon, 'node2')
  await until('a webhook behind it', () => receiver.delivered('asked').length === 2)
  t.equal(pidsIn(daemon, 2)?.length, 2, 'deploy ran once')
  t.equal((await show(daemon, 'node1')).host.state, 'failed')
})

t.test('a deploy is ended even when kill -9 comes in the moment it starts', async t => {
  const { daemon, machine } = await lan(t, deploying)
  writeDeploy(daemon)
  for (let round = 1; round <= 5; round++) {
    await bringTo('booting', daemon, 'node1', machine)
    const ready = machine.phoneHome('ready').catch(() => {})
    while (!pidsIn(daemon, 2 * round)) await new Promise(setImmediate)
    await daemon.kill()
    await ready
    await daemon.start()
    const pids = pidsIn(daemon, 2 * round) ?? []
    await until(`the end of deploy ${round}`, () => !pids.some(isAlive))
    t.equal((await show(daemon, 'node1')).host.state, 'failed')
  }
})

t.test('a lease that was acknowledged is there after kill -9', async t => {
  const { daemon, wire, machine } = await lan(t)
  await machine.lease()
  await daemon.kill()
  await daemon.start()
  const { leases } = await daemon.get<{ leases: object[] }>('/leases')
  t.match(leases, [{ mac: mac1, address: machine.address(), host: 'node1', state: 'active' }])
  const stranger = makeMachine(daemon, wire, '52:54:00:00:00:99')
  await stranger.lease()
  t.not(stranger.address(), machine.address())
  const before = machine.address()
  await machine.lease('ipxe')
  t.equal(machine.address(), before)
})

t.test(
  'what a machine told of itself is not read for its packets, also after a restart',
  async t => {
    const { daemon, machine } = await lan(t)
    await bringTo('booting', daemon, 'node1', machine)
    t.equal((await machine.phoneHome('progress', { facts: { serial: 'A1' } })).status, 204)
    await daemon.kill()
    const db = new DatabaseSync(join(daemon.folder, 'data/bootwright.db'))
    // Whoever read it would fail: once it was 22,000 facts, parsed with each DISCOVER.
    db.prepare('update hosts set facts = ?').run('{"no":')
    db.close()
    await daemon.start()
    t.equal((await machine.lease()).file, '', 'it gave a sign of life: its disk')
    t.match((await machine.script()).text, /^#!ipxe/)
    t.equal((await machine.phoneHome('progress')).status, 204)
    t.notOk(
      daemon.logs().find(({ level }) => Number(level) >= 50),
      'and nothing failed',
    )
  },
)

t.test('one DISCOVER with its MAC from another card ends no deploy', async t => {
  const { daemon, wire, machine } = await lan(t, deploying)
  writeDeploy(daemon)
  await bringTo('installing', daemon, 'node1', machine)
  const pids = await until('deploy and its child', () => pidsIn(daemon, 2))
  const uuid = Uint8Array.of(0, ...Array.from({ length: 16 }, (_, n) => n + 1))
  for (const stage of ['firmware', 'ipxe', 'http-firmware'] as const) {
    const forged = machine.discover(stage)
    await wire.ask({ ...forged, options: new Map([...forged.options, [97, uuid]]) })
    await machine.lease(stage)
  }
  t.match((await show(daemon, 'node1')).host, { state: 'installing', attempt: 1 })
  t.ok(pids.every(isAlive), 'it goes on; test/boot/clocks.test.ts: also when the 10 min are over')
  t.equal((await daemon.stop()).code, 0)
})
