import t from 'tap'
import type { CommandWay } from '../../src/boot/power.ts'
import { pollPower } from '../../src/power/poll.ts'
import { machine, openDesk } from './desk.ts'

const way: CommandWay = {
  ...{ kind: 'command', name: 'vm', cwd: '/', timeout: 10, pause: 0 },
  ...{ on: ['true'], off: ['true'], status: ['echo', 'on'] },
}

/** Polls for so many seconds; a run resolves at once, but for those that hang. */
async function poll(
  seconds: number,
  heardAt: Readonly<Record<string, number>> = {},
  {
    refusing = [],
    hanging = [],
    every = () => 300,
  }: {
    readonly refusing?: readonly string[]
    readonly hanging?: readonly string[]
    readonly every?: (now: number) => number
  } = {},
) {
  let now = 0
  const asked: string[] = []
  const heard = new Map(Object.entries(heardAt))
  const hosts = [machine('node1', { by: 'vm' }), machine('printer', undefined)]
  const node2 = machine('node2', { by: 'vm' })
  await pollPower({
    hosts: () => [...hosts, node2],
    ...{ now: () => now, every: () => every(now / 1000) },
    power: {
      keepOnly: () => {},
      async run({ name }, verb) {
        asked.push(`${now / 1000} ${verb} ${name}`)
        if (hanging.includes(name)) return new Promise(() => {})
        heard.set(name, now)
        return { ok: true, state: 'on' }
      },
      heard({ name }) {
        const at = heard.get(name)
        if (at === undefined) return undefined
        const why = { code: 'bmc-login', address: '10.0.0.9' } as const
        return refusing.includes(name) ? { at, ok: false, why } : { at, ok: true, state: 'on' }
      },
    },
    async rest(ms) {
      now += ms
      if (now / 1000 > seconds) throw new Error('the end')
    },
  })
  return asked
}

t.test('each machine that has a way is asked every five minutes, one after the other', async t => {
  t.strictSame(await poll(303), [
    '1 status node1',
    '2 status node2',
    '301 status node1',
    '302 status node2',
  ])
})

t.test('who was heard just now is left out', async t => {
  t.strictSame(await poll(290, { node2: 0 }), ['1 status node1'])
})

t.test('who refused the login is not asked again: it would lock the user', async t => {
  t.strictSame(await poll(605, {}, { refusing: ['node1'] }), [
    '1 status node1',
    '2 status node2',
    '302 status node2',
    '602 status node2',
  ])
})

t.test('the time between is that of the config as it is now', async t => {
  const fromMinute = { every: (now: number) => (now < 60 ? 86_400 : 10) }
  t.strictSame(await poll(65, {}, fromMinute), [
    '1 status node1',
    '2 status node2',
    '63 status node1',
    '64 status node2',
  ])
  t.strictSame(await poll(25, {}, { every: () => 10, hanging: ['node2'] }), [
    '1 status node1',
    '2 status node2',
    '11 status node1',
    '21 status node1',
  ])
})

t.test('what was heard of hosts that left the config is forgotten', async t => {
  const { desk } = openDesk(t, [way])
  const [node1, node2] = [machine('node1', { by: 'vm' }), machine('node2', { by: 'vm' })]
  for (const host of [node1, node2]) await desk.run(host, 'status')
  desk.keepOnly([node1])
  t.match(desk.heard(node1), { state: 'on' })
  t.equal(desk.heard(node2), undefined)
})

t.test('what was heard last is kept, until the host has another BMC', async t => {
  const { desk, clock } = openDesk(t, [way, { ...way, name: 'broken', status: ['false'] }])
  const node1 = machine('node1', { by: 'vm' })
  t.equal(desk.heard(node1), undefined)
  clock.now = 5000
  await desk.run(node1, 'status')
  t.strictSame(desk.heard(node1), { at: 5000, ok: true, state: 'on' })
  const moved = machine('node1', { by: 'broken' })
  t.equal(desk.heard(moved), undefined)
  await desk.run(moved, 'status')
  t.match(desk.heard(moved), { ok: false, why: { code: 'power-program', program: 'false' } })
})

t.test('who waits to be started is in a line', async t => {
  const gate = Promise.withResolvers<void>()
  const { desk } = openDesk(t, [way], { powerUp: () => 1 })
  const plan = { again: false, isWanted: () => true }
  const begin = async () => {
    await gate.promise
    return false
  }
  const all = ['node1', 'node2', 'node3'].map(name =>
    desk.start(machine(name, { by: 'vm' }), plan, begin),
  )
  await new Promise(resolve => setImmediate(resolve))
  t.strictSame(desk.line(), ['node2', 'node3'])
  gate.resolve()
  await Promise.all(all)
  t.strictSame(desk.line(), [])
})
