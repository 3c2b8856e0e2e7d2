import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { CommandWay } from '../../src/boot/power.ts'
import { makeFolder } from '../folder.ts'
import { machine, openDesk, said } from './desk.ts'

/** A machine that is a file: `on` or `off` in it. */
function wayOf(t: Test, more: Partial<CommandWay> = {}) {
  const cwd = makeFolder(t, { log: '' })
  const say = (word: string) => ['sh', '-c', `echo ${word} >> log; echo ${word} > "$0"`] as const
  const way: CommandWay = {
    ...{ kind: 'command', name: 'vm', cwd, timeout: 10, pause: 3 },
    on: [...say('on'), '{{ host.name }}'],
    off: [...say('off'), '{{ host.name }}'],
    status: ['cat', '{{ host.name }}'],
    ...more,
  }
  const log = () => readFileSync(join(cwd, 'log'), 'utf8').trim().split('\n')
  return { way, cwd, log }
}

const node1 = machine('node1', { by: 'vm' })

t.test('on, status, off: the programs of the way, with the names of the host', async t => {
  const { way, log } = wayOf(t)
  const { desk } = openDesk(t, [way])
  t.equal(said(await desk.run(node1, 'on')), 'on')
  t.equal(said(await desk.run(node1, 'status')), 'on')
  t.equal(said(await desk.run(node1, 'off')), 'off')
  t.equal(said(await desk.run(node1, 'status')), 'off')
  t.strictSame(log(), ['on', 'off'])
})

t.test('cycle: off, the pause, on; what is off is switched on', async t => {
  const { way, log } = wayOf(t)
  const { desk, clock } = openDesk(t, [way])
  await desk.run(node1, 'on')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.equal(clock.now, 3000)
  t.strictSame(log(), ['on', 'off', 'on'])
  await desk.run(node1, 'off')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.strictSame(log(), ['on', 'off', 'on', 'off', 'on'])
})

t.test('a program that refuses what is so already, as virsh does', async t => {
  const refuses = (word: string, is: string) => [
    ...[
      'sh',
      '-c',
      `test "$(cat "$0")" != ${is} || { echo ${word} >&2; exit 1; }; echo ${is} > "$0"`,
    ],
    '{{ host.name }}',
  ]
  const { way, cwd } = wayOf(t, {
    on: refuses('error: Domain is already active', 'on'),
    off: refuses('error: domain is not running', 'off'),
  })
  const { desk } = openDesk(t, [way])
  for (const verb of ['on', 'off'] as const) {
    t.equal(said(await desk.run(node1, verb)), verb)
    t.equal(said(await desk.run(node1, verb)), verb, 'it is so already')
  }
  writeFileSync(join(cwd, 'node1'), 'on')
  const jammed = openDesk(t, [{ ...way, off: ['sh', '-c', 'echo jammed >&2; exit 1'] }])
  t.equal(said(await jammed.desk.run(node1, 'off')), 'sh: jammed')
  const blind = openDesk(t, [{ ...way, status: ['sh', '-c', 'exit 1'] }])
  t.equal(said(await blind.desk.run(node1, 'on')), 'sh: error: Domain is already active')
})

t.test('a program of its own for cycle is the only one that runs', async t => {
  const { way, log } = wayOf(t, { cycle: ['sh', '-c', 'echo cycle >> log'] })
  const { desk } = openDesk(t, [way])
  await desk.run(node1, 'on')
  t.equal(said(await desk.run(node1, 'cycle')), 'on')
  t.strictSame(log(), ['on', 'cycle'])
})

t.test('no shell sees what a host is called', async t => {
  const { way, cwd } = wayOf(t, { on: ['touch', '--', '{{ host.vars.domain }}'], status: ['true'] })
  const { desk } = openDesk(t, [way])
  const evil = '$(touch pwned); touch pwned #'
  t.equal(said(await desk.run(machine('node1', { by: 'vm' }, { domain: evil }), 'on')), 'unknown')
  t.ok(existsSync(join(cwd, evil)))
  t.notOk(existsSync(join(cwd, 'pwned')))
})

t.test('what goes wrong is said', async t => {
  const rows: readonly [Partial<CommandWay>, string][] = [
    [{ on: ['./nothing'] }, './nothing: there is no such program'],
    [{ on: ['sh', '-c', 'echo no such domain >&2; exit 3'] }, 'sh: no such domain'],
    [{ on: ['sh', '-c', 'exit 3'] }, 'sh: it ended with exit code 3'],
    [{ on: ['sh', '-c', 'kill -9 $$'] }, 'sh: it was ended by SIGKILL'],
    [{ on: ['sh', '-c', "printf '\\033[31mred\\033]0;title\\007\\n' >&2; exit 1"] }, 'sh: red'],
    [{ on: ['sh', '-c', 'sleep 1000 & sleep 1000'], timeout: 0.2 }, 'sh: it ran longer than 0.2 s'],
    [{ on: ['yes'], timeout: 0.2 }, 'yes: it ran longer than 0.2 s'],
    [
      { on: ['true'], status: ['echo', 'off'] },
      'it said yes, and after 60 s the machine is off instead of on',
    ],
    [{ on: ['{{ host.vars.none }}'] }, 'what to ask cannot be made: there is no host.vars.none'],
  ]
  for (const [more, sentence] of rows) {
    const { desk } = openDesk(t, [wayOf(t, more).way])
    t.equal(said(await desk.run(node1, 'on')), sentence)
  }
})

t.test('what a program says after the first 64 KiB is heard and forgotten', async t => {
  const { way } = wayOf(t, { status: ['sh', '-c', 'echo on; head -c 2000000 /dev/zero'] })
  t.equal(said(await openDesk(t, [way]).desk.run(node1, 'status')), 'on')
})

t.test('what a program leaves running keeps nobody waiting', async t => {
  const { way, cwd } = wayOf(t, {
    on: ['sh', '-c', 'sleep 1000 & echo $! > pid'],
    status: ['true'],
  })
  const { desk } = openDesk(t, [way])
  t.equal(said(await desk.run(node1, 'on')), 'unknown')
  process.kill(Number(readFileSync(join(cwd, 'pid'), 'utf8')))
})

t.test('nothing of the environment but PATH and HOME reaches a program', async t => {
  process.env.SECRET_OF_THE_DAEMON = 'x'
  const { way, cwd } = wayOf(t, { on: ['sh', '-c', 'env > env'], status: ['true'] })
  await openDesk(t, [way]).desk.run(node1, 'on')
  t.notMatch(readFileSync(join(cwd, 'env'), 'utf8'), /SECRET_OF_THE_DAEMON/)
})

t.test('so many draw power at once, and one thing at a time is done at an address', async t => {
  const { way, cwd } = wayOf(t, { status: ['true'] })
  writeFileSync(join(cwd, 'now'), '')
  let running = 0
  let most = 0
  const gate = {
    ...way,
    // A pause is where a cycle rests: what is counted there is under way.
    cycle: undefined,
  }
  const { desk } = openDesk(t, [gate as unknown as CommandWay], {
    powerUp: () => 2,
    async rest() {
      running += 1
      most = Math.max(most, running)
      await new Promise(resolve => setImmediate(resolve))
      running -= 1
    },
  })
  const many = Array.from({ length: 6 }, (_, n) => machine(`node${n}`, { by: 'vm' }))
  await Promise.all(many.map(host => desk.run(host, 'cycle')))
  t.ok(most <= 2, `${most} at once`)
  most = 0
  const blades = many.map(({ name }) => machine(name, { by: 'vm', address: '10.77.1.1' }))
  await Promise.all(blades.map(host => desk.run(host, 'cycle')))
  t.equal(most, 1)
})

t.test('a host without a way, and one whose way has left the config', async t => {
  const { desk } = openDesk(t, [])
  const none = machine('node1', undefined)
  t.match(said(await desk.run(none, 'on')), /^the config knows no way to its power/)
  t.match(said(await desk.run(node1, 'on')), /has no way to power "vm" any more$/)
})

t.test('the end of the daemon ends what is under way', async t => {
  const { way } = wayOf(t, { on: ['sleep', '1000'] })
  const { desk, end } = openDesk(t, [way])
  const running = desk.run(node1, 'on')
  end.abort()
  t.equal(said(await running), 'sleep: the daemon stops')
})
