import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mock } from 'node:test'
import t, { type Test } from 'tap'
import type { Callback } from '../../src/boot/callback.ts'
import { runCommand } from '../../src/install/command.ts'
import { groupOf, killGroup } from '../../src/system/process-group.ts'
import { createWorld, until } from './world.ts'

/** Says its number, and goes on whatever SIGTERM says. */
const stubborn =
  'trap "" TERM; (trap "" TERM; echo $$ in $(exec sh -c "echo \\$PPID"); sleep 300 & wait; sleep 300) & wait; wait; sleep 300'

const alive = (pid: number): boolean => {
  try {
    // A zombie is dead: only its parent has not looked yet.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
const members = (child: ChildProcess): number => child.pid ?? 0

/** A process group of our own, as a daemon that was killed leaves one behind. */
async function leftOver(t: Test, env = process.env): Promise<ChildProcess> {
  const child = spawn('/bin/sh', ['-c', 'sleep 300 & echo $!; wait'], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.teardown(() => child.pid && killGroupNow(child.pid))
  await new Promise(resolve => child.stdout?.once('data', resolve))
  return child
}

function killGroupNow(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone, as it should be.
  }
}

t.test('a timeout ends the whole group, also who ignores SIGTERM', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const lines: string[] = []
  const run = ['/bin/sh', '-c', stubborn]
  const target = { kind: 'command', run, cwd: '/', env: {}, timeout: 60 } as const
  const running = runCommand(target, line => lines.push(line))
  const pgid = running.group?.pgid ?? 0
  t.teardown(() => killGroupNow(pgid))
  await until(() => lines.length > 0, 'it said its numbers')
  const [, grandchild = 0] = (lines[0] ?? '').split(' in ').map(Number)
  t.ok(alive(pgid))
  t.ok(alive(grandchild))
  t.not(grandchild, pgid)

  mock.timers.tick(59_999)
  t.ok(alive(pgid), 'not before its time')
  mock.timers.tick(1)
  t.ok(alive(grandchild), 'SIGTERM is ignored')
  mock.timers.tick(5000)
  t.strictSame(await running.ended, {
    ok: false,
    why: { code: 'ran-too-long', seconds: 60 },
    stopped: true,
    line: lines.at(-1),
  })
  await until(() => !alive(pgid) && !alive(grandchild), 'both are gone')
})

t.test('a command that ends within its time leaves no clock behind', async t => {
  const target = { kind: 'command', run: ['/bin/true'], cwd: '/', env: {}, timeout: 60 } as const
  t.strictSame(await runCommand(target, () => {}).ended, { ok: true })
})

t.test('the end of an install ends its deploy: cancel, replace, up', async t => {
  const deploy: Callback = {
    ...{ kind: 'command', name: 'custom', when: [], cwd: '/', timeout: 300 },
    run: ['/bin/sh', '-c', 'echo $$; sleep 300'],
  }
  for (const ends of ['cancel', 'replace', 'failed'] as const) {
    const world = await createWorld(t, { profile: { deploy } })
    world.ask()
    world.boot()
    world.say('ready')
    await until(() => world.timeline('output').length > 0, 'it runs')
    const pid = Number(world.timeline('output')[0])
    t.ok(alive(pid))
    if (ends === 'cancel') world.lives.cancel('node1')
    else if (ends === 'replace') world.lives.ask(world.host, {}, true)
    else world.say('failed')
    const state = world.state()
    await until(() => !alive(pid) && world.deploys.length > 0, `${ends} ended it`)
    t.equal(world.state(), state, 'what the deploy came to counts no more')
    t.match(world.timeline('callback').at(-1), /ended: the install has ended/)
    await world.close()
  }
})

t.test('the daemon stops: the deploy is ended, and the install has failed', async t => {
  const deploy: Callback = {
    ...{ kind: 'command', name: 'custom', when: [], cwd: '/', timeout: 300 },
    run: ['/bin/sh', '-c', 'echo $$; sleep 300'],
  }
  const world = await createWorld(t, { profile: { deploy } })
  world.ask()
  world.boot()
  world.say('ready')
  await until(() => world.timeline('output').length > 0, 'it runs')
  const pid = Number(world.timeline('output')[0])
  await world.outbox.close()
  t.equal(alive(pid), false)
  t.match(world.lives.lifeOf('node1'), {
    state: 'failed',
    why: { because: { because: { code: 'daemon-stops' } } },
  })
})

type Group = { pgid: number; start: number }

/** A store in which a deploy runs, as `kill -9` leaves it; its group was noted, or not yet. */
async function killed(t: Test, groupIs: (child: ChildProcess) => Group | undefined) {
  const deploy: Callback = {
    ...{ kind: 'command', name: 'custom', when: [], cwd: '/', timeout: 300 },
    run: ['/bin/false'],
  }
  const world = await createWorld(t, { profile: { deploy } })
  world.ask()
  world.boot()
  world.say('ready')
  const [delivery] = world.memory.deliveries.ofHost('node1', 1)
  const id = delivery?.id ?? 0
  world.memory.deliveries.start(id)
  const env = delivery?.target.kind === 'command' ? delivery.target.env : {}
  const child = await leftOver(t, { PATH: process.env.PATH, ...env })
  const group = groupIs(child)
  if (group) world.memory.deliveries.saveGroup(id, group.pgid, group.start)
  await world.memory.committed()
  await world.close()
  const next = await createWorld(t, { profile: { deploy }, after: world })
  return { next, child }
}

const groupNow = (child: ChildProcess) => groupOf(child.pid ?? 0) ?? { pgid: 0, start: 0 }

t.test('recover ends the group that was left over, and the deploy is not run again', async t => {
  const { next, child } = await killed(t, groupNow)
  const pid = members(child)
  t.equal(alive(pid), true)
  const left = next.outbox.recover()
  t.match(left, [{ host: 'node1', role: 'deploy', event: 'ready' }])
  await until(() => !alive(pid), 'the group is gone')
  t.match(next.memory.deliveries.ofHost('node1', 1), [
    { state: 'ended', error: { code: 'daemon-restarted-meanwhile' } },
  ])
  t.strictSame(next.outbox.recover(), [], 'only once')
  t.strictSame(next.memory.deliveries.due(next.now() + 1e9, 10), [])

  for (const delivery of left) next.lives.deployEnded(delivery, { code: 'daemon-restarted' })
  t.equal(next.state(), 'failed')
})

t.test('killed before the group was noted: recover finds it by its environment', async t => {
  const { next, child } = await killed(t, () => undefined)
  const bystander = await leftOver(t)
  t.equal(next.outbox.recover().length, 1)
  await until(() => !alive(members(child)), 'the group is gone')
  t.equal(alive(members(bystander)), true)
})

t.test('a group whose start time differs is somebody else: recover leaves it alone', async t => {
  const { next, child } = await killed(t, child => {
    const { pgid, start } = groupNow(child)
    return { pgid, start: start - 1 }
  })
  t.equal(next.outbox.recover().length, 1)
  t.equal(alive(members(child)), true)
  t.match(next.memory.deliveries.ofHost('node1', 1), [{ state: 'ended' }])
})

t.test('a group whose leader is gone is ours by its environment alone', async t => {
  const orphans = async (env: NodeJS.ProcessEnv) => {
    const child = await leftOver(t, env)
    process.kill(members(child), 'SIGKILL')
    await until(() => groupOf(members(child)) === undefined, 'its leader is gone')
    return members(child)
  }
  const foreign = await orphans(process.env)
  const { next, child } = await killed(t, () => ({ pgid: foreign, start: 1 }))
  t.equal(next.outbox.recover().length, 1)
  await until(() => !alive(members(child)), 'what has its environment is gone')
  t.doesNotThrow(() => process.kill(-foreign, 0), 'who has its number is there')
})

t.test('a group is told by its leader and by when that started', async t => {
  const child = await leftOver(t)
  const group = groupNow(child)
  t.equal(group.pgid, child.pid)
  t.ok(group.start > 0)
  t.equal(killGroup({ ...group, start: group.start + 1 }), false)
  t.equal(alive(members(child)), true)
  t.equal(killGroup(group), true)
  await until(() => !alive(members(child)), 'it is gone')
  t.equal(groupOf(0x7fffffff), undefined)
})
