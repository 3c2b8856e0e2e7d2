import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDhcpWire } from './client.ts'
import { type Daemon, makeDaemon, until } from './daemon.ts'
import { ask, type Machine, makeMachine, show, timeline, untilTold } from './machine.ts'
import { debian, mac1, type Settings } from './settings.ts'

/**
 * What switches the machine: a program that notes what it did. It waits before it (`hold-VERB`) or after it
 * (`slow-VERB`) as long as there is a file of that name.
 */
const switcher = `#!/bin/sh
cd "$(dirname "$0")"
while [ -e "hold-$1" ]; do sleep 0.05; done
case "$1" in
  status) cat power; exit ;;
  on|cycle) echo on > power ;;
  off) echo off > power ;;
esac
echo "$1" >> done
while [ -e "slow-$1" ]; do sleep 0.05; done
[ ! -e "refuse-$1" ] || { echo "it is not in the mood" >&2; exit 1; }
`

interface Lab {
  readonly daemon: Daemon
  readonly machine: Machine
  /** What was done to the machine: all of it, or since this many. */
  done(from?: number): string[]
}

async function startLab(t: Test, power: Settings = {}, profile: Settings = {}): Promise<Lab> {
  const verbs = ['on', 'off', 'cycle', 'status', 'netboot']
  const command = Object.fromEntries(verbs.map(verb => [verb, ['sh', './switch', verb]]))
  const daemon = await makeDaemon(t, {
    power: { vm: { command: { ...command, pause: '1s' } } },
    profiles: { debian: { ...debian, callbacks: [], ...profile } },
    hosts: { node1: { mac: mac1, profile: 'debian', power: { by: 'vm', ...power } } },
    callbacks: {},
  })
  daemon.write('switch', switcher)
  daemon.write('power', 'off\n')
  daemon.write('done', '')
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  const done = (from = 0) =>
    readFileSync(join(daemon.folder, 'done'), 'utf8').split('\n').filter(Boolean).slice(from)
  return { daemon, machine: makeMachine(daemon, wire, mac1), done }
}

const stateOf = async ({ daemon }: Lab) => (await show(daemon, 'node1')).host.state
const untilState = (lab: Lab, state: string) =>
  until(state, async () => (await stateOf(lab)) === state)
const untilDone = (lab: Lab, what: string, from = 0) =>
  until(what, () => lab.done(from).join(' ').includes(what))

/** One that was held when the daemon died may come yet, or never. */
async function untilStill(lab: Lab): Promise<void> {
  let seen = -1
  let since = 0
  await until('a second in which nothing is done to it', () => {
    const count = lab.done().length
    if (count !== seen) since = performance.now()
    seen = count
    return performance.now() - since > 1000
  })
}

t.test('an install needs nobody', async t => {
  const lab = await startLab(t, { after: 'off' })
  const { daemon, machine } = lab
  await ask(daemon, 'node1')
  await untilTold(daemon, 'node1', /^switched on to boot from its network, for attempt 1 \(vm\)$/)
  t.strictSame(lab.done(), ['netboot', 'on'])
  await machine.lease()
  t.match((await show(daemon, 'node1')).host.why, 'it netboots for attempt 1')
  await machine.script()
  await machine.phoneHome('ready')
  await machine.phoneHome('done')
  t.strictSame(lab.done(), ['netboot', 'on'], 'not while its system comes up')
  await machine.phoneHome('up')
  await untilTold(daemon, 'node1', /^power off: it is off \(vm\)$/)
  t.strictSame(lab.done(), ['netboot', 'on', 'off'])
  t.equal(await stateOf(lab), 'installed')
})

t.test('--no-power leaves it alone', async t => {
  const lab = await startLab(t)
  const { code } = await lab.daemon.cli('install', 'node1', '--no-power')
  t.equal(code, 0)
  await lab.machine.lease()
  await lab.machine.script()
  t.equal(await stateOf(lab), 'booting')
  t.strictSame(lab.done(), [])
})

t.test(
  'a machine that is not heard is switched off and on, and then its install fails',
  async t => {
    const lab = await startLab(t, { post: '2s' })
    await ask(lab.daemon, 'node1')
    await untilState(lab, 'failed')
    t.strictSame(lab.done(), ['netboot', 'on', 'off', 'netboot', 'on'])
    const { why } = (await show(lab.daemon, 'node1')).host
    t.equal(why, 'started, and no DHCP DISCOVER came from it within 2 s')
  },
)

t.test('the clock of a start stands still while its BMC is at work', async t => {
  const lab = await startLab(t, { post: '1s' })
  lab.daemon.write('slow-off', '')
  await ask(lab.daemon, 'node1')
  await untilDone(lab, 'netboot on off')
  const since = performance.now()
  await until('more than its post', async () => performance.now() - since > 3000)
  t.equal(await stateOf(lab), 'pending')
  rmSync(join(lab.daemon.folder, 'slow-off'))
  await untilState(lab, 'failed')
  t.strictSame(lab.done(), ['netboot', 'on', 'off', 'netboot', 'on'])
})

t.test('a silent installer is reset for the next attempt', async t => {
  const lab = await startLab(t, {}, { bootTimeout: '3s', attempts: 2 })
  const { daemon, machine } = lab
  await ask(daemon, 'node1')
  await untilDone(lab, 'on')
  await machine.lease()
  await machine.script()
  await untilDone(lab, 'cycle')
  await machine.lease()
  await machine.script()
  await machine.phoneHome('ready')
  t.equal(await stateOf(lab), 'installing')
  t.strictSame(lab.done(), ['netboot', 'on', 'netboot', 'cycle'])
})

t.test('a machine that proves itself while its reset is due is not reset', async t => {
  const lab = await startLab(t, {}, { bootTimeout: '3s' })
  const { daemon, machine } = lab
  await ask(daemon, 'node1')
  await untilDone(lab, 'on')
  await machine.lease()
  await machine.script()
  daemon.write('hold-netboot', '')
  await until('the second start', async () =>
    (await show(daemon, 'node1')).host.why.includes('is being started for attempt 2'),
  )
  await machine.phoneHome('ready')
  remove(lab, 'hold-netboot')
  await untilDone(lab, 'netboot', 2)
  await machine.phoneHome('done')
  await machine.phoneHome('up')
  t.equal(await stateOf(lab), 'installed')
  t.strictSame(lab.done(), ['netboot', 'on', 'netboot'], 'no reset')
})

t.test('a BMC that refuses is an event, and the cause of the failure', async t => {
  const lab = await startLab(t)
  lab.daemon.write('refuse-netboot', '')
  await ask(lab.daemon, 'node1')
  await untilTold(
    lab.daemon,
    'node1',
    /^not started for attempt 1 \(vm\): sh: it is not in the mood$/,
  )
  t.equal(await stateOf(lab), 'pending')
  t.strictSame(lab.done(), ['netboot'])
})

/** Two of each place; `npm run kill-power` does twenty. */
const rounds = Number(process.env.KILL_ROUNDS ?? 8)

t.test('kill -9 at any instant of a start: at most one reset for each attempt', async t => {
  const lab = await startLab(t)
  const { daemon, machine } = lab
  daemon.write('power', 'on\n')
  // Due, on its way to the reset, reset and not answered, and just behind that.
  const places = ['hold-netboot', 'slow-netboot', 'slow-cycle', 'none'] as const
  for (let round = 0; round < rounds; round++) {
    const place = places[round % places.length] ?? 'slow-cycle'
    const before = lab.done().length
    daemon.write(place, '')
    await ask(daemon, 'node1', { replace: true })
    const isReset = place === 'slow-cycle' || place === 'none'
    const reached = isReset ? 'cycle' : 'netboot'
    // Before it: some rounds are killed at once, others when the program runs.
    if (place !== 'hold-netboot') await untilDone(lab, reached, before)
    await daemon.kill()
    remove(lab, place)
    await daemon.start()
    // What had not begun begins now; what had begun is left alone.
    await until('a start that is under way or done', async () => {
      const { why } = (await show(daemon, 'node1')).host
      return /is being started|reset for attempt/.test(why)
    })
    const begun = /is being started/.test((await show(daemon, 'node1')).host.why)
    if (!begun || isReset) await untilDone(lab, 'cycle', before)
    await machine.lease()
    await machine.script()
    const resets = lab.done(before).filter(verb => verb !== 'netboot')
    t.ok(resets.length <= 1, `round ${round}, ${place}: ${lab.done(before).join(' ')}`)
    t.equal(await stateOf(lab), 'booting')
  }
  const told = await timeline(daemon, 'node1')
  t.notOk(
    told.some(line => line.includes('switched off and on')),
    'none needed a second try',
  )
})

t.test(
  'kill -9 at any instant of a switching off: at most one, and none for a new install',
  async t => {
    const lab = await startLab(t, { after: 'off' })
    const { daemon, machine } = lab
    const places = ['hold-off', 'slow-off'] as const
    for (let round = 0; round < 2 * Math.ceil(rounds / 7); round++) {
      const place = places[round % places.length] ?? 'slow-off'
      const before = lab.done().length
      daemon.write('power', 'on\n')
      daemon.write(place, '')
      await ask(daemon, 'node1', { replace: true })
      await untilDone(lab, 'cycle', before)
      await machine.lease()
      await machine.script()
      for (const event of ['ready', 'done', 'up'] as const) await machine.phoneHome(event)
      // Held, some are killed before their program runs, others when it waits.
      if (place === 'slow-off') await untilDone(lab, 'off', before)
      await daemon.kill()
      remove(lab, place)
      await daemon.start()
      if (place === 'slow-off' || lab.done(before).includes('off'))
        await untilDone(lab, 'off', before)
      t.equal(await stateOf(lab), 'installed')
      await untilStill(lab)
      const offs = lab.done(before).filter(verb => verb === 'off')
      t.ok(offs.length <= 1, `round ${round}, ${place}: ${lab.done(before).join(' ')}`)
    }
  },
)

function remove({ daemon }: Lab, name: string): void {
  rmSync(join(daemon.folder, name), { force: true })
}
