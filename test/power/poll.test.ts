import t from 'tap'
import type { CommandWay } from '../../src/boot/power.ts'
import { pollPower } from '../../src/power/poll.ts'
import { machine, openDesk } from './desk.ts'

const way: CommandWay = {
  ...{ kind: 'command', name: 'vm', cwd: '/', timeout: 10, pause: 0 },
  ...{ on: ['true'], off: ['true'], status: ['echo', 'on'] },
}

/** Polls until `rest` was called so often; a run resolves at once. */
async function poll(
  rests: number,
  heardAt: Readonly<Record<string, number>> = {},
  refusing: readonly string[] = [],
) {
  let now = 0
  const asked: string[] = []
  const heard = new Map(Object.entries(heardAt))
  const hosts = [machine('node1', { by: 'vm' }), machine('printer', undefined)]
  const node2 = machine('node2', { by: 'vm' })
  await pollPower({
    hosts: () => [...hosts, node2],
    now: () => now,
    power: {
      async run({ name }, verb) {
        asked.push(`${now / 1000} ${verb} ${name}`)
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
      if (rests-- === 0) throw new Error('the end')
      now += ms
    },
  })
  return asked
}

t.test('each machine that has a way is asked every five minutes, one after the other', async t => {
  t.strictSame(await poll(5), [
    '1 status node1',
    '2 status node2',
    '301 status node1',
    '302 status node2',
  ])
})

t.test('who was heard just now is left out', async t => {
  t.strictSame(await poll(3, { node2: 0 }), ['1 status node1'])
})

t.test('who refused the login is not asked again: it would lock the user', async t => {
  t.strictSame(await poll(8, {}, ['node1']), [
    '1 status node1',
    '2 status node2',
    '302 status node2',
    '602 status node2',
  ])
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
