import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import type { CommandWay, HostPower } from '../../src/boot/power.ts'
import { wakeWay } from '../../src/boot/power.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'

/** A way by programs that write down what they did. */
function wayOf(folder: string, name: string, more: Partial<CommandWay> = {}): CommandWay {
  const note = (verb: string) => ['sh', '-c', `echo ${name} ${verb} >> log`]
  return {
    ...{ kind: 'command', name, cwd: folder, timeout: 10, pause: 0 },
    ...{ on: note('on'), off: note('off'), cycle: note('cycle'), status: ['echo', 'on'] },
    ...more,
  }
}

const dead = { status: ['sh', '-c', 'echo it is dead >&2; exit 1'] }
const plan = { again: false, isWanted: () => true }
const now = async () => true

async function open(t: Test, power: HostPower, ways: (folder: string) => readonly CommandWay[]) {
  const folder = makeFolder(t, { log: '' })
  const woken: string[] = []
  const { desk } = openDesk(t, [...ways(folder), wakeWay], {
    wake: async ({ name }) => void woken.push(name),
  })
  const log = () => readFileSync(`${folder}/log`, 'utf8')
  return { desk, woken, log, node1: machine('node1', power) }
}

t.test('what the first way cannot, the next one does, and says why', async t => {
  const power = { by: 'bmc', otherwise: [{ by: 'plug' }, { by: 'wake' }] }
  const { desk, log, woken, node1 } = await open(t, power, folder => [
    wayOf(folder, 'bmc', dead),
    wayOf(folder, 'plug'),
  ])
  const instead = { by: 'plug', why: { code: 'power-program', error: 'it is dead' } }
  t.match(await desk.run(node1, 'on'), { ok: true, state: 'on', instead })
  t.match(await desk.start(node1, plan, now), { ok: true, doubt: instead.why, instead })
  t.equal(log(), 'plug on\nplug cycle\n')
  t.strictSame(woken, [])
})

t.test(
  'the first that answers does it all; where it fails then, no other one is tried',
  async t => {
    const power = { by: 'bmc', otherwise: [{ by: 'plug' }] }
    const { desk, log, node1 } = await open(t, power, folder => [
      wayOf(folder, 'bmc', { off: ['sh', '-c', 'echo bmc off >> log; exit 1'] }),
      wayOf(folder, 'plug'),
    ])
    t.strictSame(await desk.run(node1, 'cycle'), { ok: true, state: 'on' })
    t.match(said(await desk.run(node1, 'off')), /exit code 1$/)
    t.equal(log(), 'bmc cycle\nbmc off\n')
  },
)

t.test('it is asked for its power once before something is done', async t => {
  const power = { by: 'bmc', otherwise: [{ by: 'plug' }] }
  const { desk, log, node1 } = await open(t, power, folder => [
    wayOf(folder, 'bmc', { status: ['sh', '-c', 'echo asked >> log; echo on'] }),
    wayOf(folder, 'plug'),
  ])
  await desk.run(node1, 'status')
  t.equal(log(), 'asked\n')
  await desk.run(node1, 'cycle')
  t.equal(log(), 'asked\nasked\nbmc cycle\nasked\n')
})

t.test('Wake-on-LAN stands in where switching on is what is wanted', async t => {
  const power = { by: 'bmc', otherwise: [{ by: 'wake' }] }
  const { desk, woken, node1 } = await open(t, power, folder => [wayOf(folder, 'bmc', dead)])
  for (const verb of ['off', 'cycle', 'status'] as const) {
    t.equal(said(await desk.run(node1, verb)), 'sh: it is dead', verb)
  }
  t.strictSame(woken, [])
  t.match(await desk.run(node1, 'on'), { ok: true, state: 'unknown', instead: { by: 'wake' } })
  t.match(await desk.start(node1, plan, now), { ok: true, instead: { by: 'wake' } })
  t.match(await desk.start(node1, { ...plan, again: true }, now), { ok: true })
  t.strictSame(woken, ['node1', 'node1', 'node1'])
})

t.test('Wake-on-LAN alone', async t => {
  const { desk, woken, node1 } = await open(t, { by: 'wake' }, () => [])
  t.equal(said(await desk.run(node1, 'on')), 'unknown')
  const refusal = 'Wake-on-LAN switches on, and can do nothing else'
  for (const verb of ['off', 'cycle'] as const) t.equal(said(await desk.run(node1, verb)), refusal)
  t.strictSame(await desk.start(node1, { ...plan, isWanted: () => false }, now), undefined)
  t.strictSame(woken, ['node1'])
})

t.test('a way that has left the config is named', async t => {
  const { desk, node1 } = await open(t, { by: 'wake', otherwise: [{ by: 'gone' }] }, () => [])
  t.match(said(await desk.run(node1, 'on')), /has no way to power "gone" any more$/)
})
