import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Callback } from '../../src/boot/callback.ts'
import type { NewDelivery } from '../../src/boot/install.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { makeFolder } from '../folder.ts'
import { createWorld, type Settings, until, type World } from './world.ts'

const command = (run: readonly string[], more: Partial<Callback> = {}) =>
  ({
    kind: 'command',
    name: 'custom',
    when: [],
    run,
    cwd: '/tmp',
    timeout: 30,
    ...more,
  }) as Callback
const shell = (script: string) => command(['/bin/sh', '-c', script])

const deliveries = (world: World) => world.memory.deliveries.ofHost('node1', 10)
const ended = (world: World) => until(() => world.deploys.length > 0, 'the deploy ended')

/** A machine whose installer is ready, so that the deploy of its profile runs. */
async function installing(t: Test, deploy: Callback, settings: Settings = {}) {
  const world = await createWorld(t, { ...settings, profile: { ...settings.profile, deploy } })
  world.ask()
  world.boot()
  t.equal(world.say('ready', { facts: { serial: 'A1' } }), 204)
  t.equal(world.state(), 'installing')
  return world
}

t.test('an argument list without a shell: a host name is only a name', async t => {
  const name = 'node1; touch pwned; $(touch pwned) `touch pwned` \' " && touch pwned'
  const hostile = 'x\ny $HOME $(id)'
  const deploy = command(
    [
      process.execPath,
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '{{ host.name }}',
      '{{ attempt.address }}',
      '{{ facts.serial }}',
    ],
    { cwd: t.testdirName },
  )
  const world = await createWorld(t, { host: { name }, profile: { deploy } })
  world.ask()
  world.boot()
  world.say('ready', { facts: { serial: hostile } })
  await ended(world)
  const [output] = world.memory.events.newest(100, name).filter(({ kind }) => kind === 'output')
  t.strictSame(JSON.parse(output?.text ?? '[]'), [name, '10.77.0.20', hostile])
  t.equal(existsSync(join(world.folder, 'pwned')), false)
  t.equal(world.state(), 'installed')
})

t.test('its environment: PATH, HOME, LANG and what it is about, and nothing of ours', async t => {
  process.env.BOOTWRIGHT_TEST_SECRET = 'leaked'
  t.teardown(() => delete process.env.BOOTWRIGHT_TEST_SECRET)
  // tap adds variables of its own to every process; some are long and of several lines.
  const each = 's/\\0$/\\n/; print unless /^(_?TAP|NODE_OPTIONS)/'
  const run = ['/usr/bin/perl', '-0ne', each, '/proc/self/environ']
  const world = await installing(t, command(run))
  await ended(world)
  const lines = world.timeline('output')
  const env = Object.fromEntries(lines.map(line => [line.split('=')[0], line.split('=')[1]]))
  const install = world.memory.hosts.get('node1')?.install ?? ''
  t.match(env, {
    BOOTWRIGHT_EVENT: 'ready',
    BOOTWRIGHT_HOST: 'node1',
    BOOTWRIGHT_MAC: '52:54:00:12:34:56',
    BOOTWRIGHT_ADDRESS: '10.77.0.20',
    BOOTWRIGHT_PROFILE: 'debian',
    BOOTWRIGHT_INSTALL: install,
    BOOTWRIGHT_ATTEMPT: '1',
    BOOTWRIGHT_PHONE_HOME: 'http://10.77.0.1:8080/phone-home/***',
    BOOTWRIGHT_MESSAGE: '',
  })
  const allowed = ['HOME', 'LANG', 'PATH']
  const leaked = Object.keys(process.env).filter(name => name in env && !allowed.includes(name))
  t.strictSame(leaked, [], 'nothing else of the daemon reaches it')
  t.strictSame(
    allowed.filter(name => name in env),
    allowed,
  )
  t.notOk('BOOTWRIGHT_TEST_SECRET' in env)
})

t.test('it gets the phone-home URL, and what it prints of it is not shown', async t => {
  const world = await installing(
    t,
    command(
      ['/bin/sh', '-c', 'echo "$BOOTWRIGHT_PHONE_HOME" > url; echo "$BOOTWRIGHT_PHONE_HOME"'],
      { cwd: makeFolder(t) },
    ),
  )
  await ended(world)
  const { install } = world.memory.hosts.get('node1') ?? {}
  const { token } = world.memory.installs.currentAttempt('node1', install) ?? {}
  t.equal(
    readFileSync(join(t.testdirName, 'url'), 'utf8'),
    `http://10.77.0.1:8080/phone-home/${token}\n`,
  )
  t.strictSame(world.timeline('output'), ['http://10.77.0.1:8080/phone-home/***'])
})

t.test('what the installer told is there as files', async t => {
  const cat = 'cat "$BOOTWRIGHT_FACTS"; cat "$(dirname "$BOOTWRIGHT_FACTS")/serial"'
  const world = await installing(t, shell(cat))
  await ended(world)
  t.strictSame(world.timeline('output').sort(), ['  "serial": "A1"', 'A1', '{', '}'])
  t.strictSame(readdirSync(join(world.dataDir, 'callbacks')), [], 'and goes with it')
})

t.test('only so many work at once, in the order in which they were ready', async t => {
  const world = await createWorld(t, { places: 0, profile: { deploy: shell('true') } })
  world.ask()
  world.boot()
  world.say('ready')
  world.pass(10 * 3600)
  world.lives.tick()
  t.equal(world.state(), 'installing', 'waiting counts for no clock')
  t.strictSame(
    world.memory.deliveries.line().map(({ host }) => host),
    ['node1'],
  )
  t.match(deliveries(world), [{ state: 'due', tries: 0 }])
  t.equal(world.lives.cancel('node1').ok, true, 'it can be cancelled')
  t.strictSame(
    world.memory.deliveries.line().map(({ host }) => host),
    [],
  )
})

t.test('the next begins when a place is free', async t => {
  const world = await createWorld(t, { places: 1 })
  const log = join(world.folder, 'log')
  const go = join(world.folder, 'go')
  const add = (host: string, script: string) => {
    const target = {
      kind: 'command',
      run: ['/bin/sh', '-c', script],
      cwd: '/',
      env: {},
      timeout: 30,
    }
    const delivery = {
      host,
      install: host,
      attempt: 1,
      callback: 'c',
      event: 'ready',
      role: 'deploy',
    }
    const more = { key: host, body: '{}', target }
    world.memory.deliveries.add({ ...delivery, ...more } as NewDelivery, world.now())
  }
  add('a', `echo a >> ${log}; until [ -e ${go} ]; do sleep 0.05; done`)
  add('b', `echo b >> ${log}`)
  add('c', `echo c >> ${log}`)
  const read = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  world.outbox.wake()
  await until(() => read() !== '', 'the first began')
  world.outbox.wake()
  for (let turn = 0; turn < 50; turn++) await new Promise(resolve => setImmediate(resolve))
  t.strictSame(
    world.memory.deliveries.line().map(({ host }) => host),
    ['b', 'c'],
  )
  t.equal(read(), 'a\n')
  writeFileSync(go, '')
  await until(() => world.deploys.length === 3, 'all ended')
  t.equal(read(), 'a\nb\nc\n')
})

t.test('each line that it prints is a line of the timeline', async t => {
  const world = await installing(
    t,
    shell('printf "one\\ntwo\\r\\n\\nthree"; sleep 0; echo four >&2'),
  )
  await ended(world)
  t.strictSame(world.timeline('output').sort(), ['four', 'one', 'three', 'two'])
  t.equal(world.state(), 'installed')
  t.match(world.timeline('callback'), [/^custom \(ready\) started: \/bin\/sh/, /ended well$/])
  t.match(deliveries(world), [{ state: 'ended', tries: 1 }])
})

t.test('output beyond the bound is not kept', async t => {
  const world = await installing(t, shell('for i in $(seq 500); do echo line $i; done'))
  await ended(world)
  const lines = world.timeline('output')
  t.equal(lines.at(-1), 'more output is not kept')
  t.ok(lines.join('').length < 2100, 'the bound is 2000 bytes')
})

t.test('a line without an end does not fill the memory', async t => {
  const world = await installing(t, shell('head -c 100000 /dev/zero | tr "\\0" x'))
  await ended(world)
  for (const line of world.timeline('output')) t.ok(line.length <= 4096)
})

t.test('an exit code that is not 0 fails the install with the last line', async t => {
  const because = { code: 'exit-code', exit: 3 } as const
  const error = { code: 'command-failed', because, line: 'no such flake' } as const
  const world = await installing(t, shell('echo first; echo "no such flake" >&2; exit 3'))
  await ended(world)
  t.match(world.lives.lifeOf('node1'), {
    state: 'failed',
    why: { code: 'deploy-failed', because: error },
    byTime: false,
  })
  t.match(deliveries(world), [
    {
      state: 'ended',
      error,
    },
  ])
})

t.test('what cannot be run fails the install with a sentence', async t => {
  const rows = [
    [
      'no such program',
      command(['/nowhere/deploy.sh']),
      /^deploy failed: cannot run \/nowhere\/deploy.sh: .*ENOENT/,
    ],
    ['no such folder', command(['/bin/true'], { cwd: '/nowhere' }), /ENOENT/],
    ['not executable', command(['/etc/passwd']), /EACCES/],
    ['an empty name', command(['']), /^deploy failed: cannot run/],
    ['a zero byte out of facts', command(['/bin/echo', '{{ facts.serial }}']), /null bytes/],
    ['a megabyte out of facts', command(['/bin/echo', '{{ facts.big }}']), /E2BIG/],
  ] as const
  for (const [what, deploy, why] of rows) {
    const world = await createWorld(t, { profile: { deploy } })
    world.ask()
    world.boot()
    world.say('ready', { facts: { serial: 'a\0b', big: 'x'.repeat(1 << 20) } })
    await ended(world)
    t.equal(world.state(), 'failed', what)
    t.match(sentenceOf(world.lives.lifeOf('node1').why), why, what)
    await world.close()
  }
})

t.test('a program that left something running behind has ended all the same', async t => {
  const world = await installing(t, shell('setsid sleep 60 & echo $!; exit 0'))
  await ended(world)
  t.equal(world.state(), 'installed')
  process.kill(Number(world.timeline('output')[0]), 'SIGKILL')
})

t.test('a command that reports never decides, whatever it comes to', async t => {
  const callbacks = [{ ...shell('echo told; exit 1'), when: ['asked' as const] }]
  const world = await createWorld(t, { profile: { callbacks } })
  world.ask()
  await until(() => deliveries(world)[0]?.state === 'ended', 'the report ended')
  t.equal(world.state(), 'pending')
  t.strictSame(world.timeline('output'), ['told'])
  t.strictSame(world.deploys, [])
})

t.test('a deploy that was not started yet never is, when the install has ended', async t => {
  const mark = join(t.testdirName, 'started')
  const world = await installing(t, shell(`touch ${mark}`))
  world.lives.cancel('node1')
  await world.memory.committed()
  world.outbox.wake()
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
  t.equal(existsSync(mark), false)
  t.match(deliveries(world), [{ state: 'ended', tries: 0 }])
})

t.test('a deploy starts once for an attempt, however often ready is said', async t => {
  const log = join(t.testdirName, 'log')
  const world = await installing(t, shell(`echo started >> ${log}`), { profile: { verifyUp: 900 } })
  world.say('ready')
  await ended(world)
  world.say('ready')
  t.equal(world.state(), 'verifying')
  t.equal(readFileSync(log, 'utf8'), 'started\n')
  writeFileSync(log, '')
})
