import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { ConsoleWay } from '../../../src/boot/console.ts'
import type { Host } from '../../../src/boot/host.ts'
import type { Reason } from '../../../src/boot/reason.ts'
import { type ConsoleDeskDeps, createConsoleDesk } from '../../../src/power/console/desk.ts'
import type { ConsoleEars } from '../../../src/power/console/session.ts'
import { makeFolder } from '../../folder.ts'

const lost: Reason = { code: 'console-ended', program: 'ipmitool', error: 'gone' }

/** A desk whose sessions are played, and whose clock is moved by hand. */
function openDesk(t: Test, more: Partial<ConsoleDeskDeps> = {}) {
  const state = {
    now: 0,
    needed: [] as string[],
    ways: new Map<string, ConsoleWay>(['sol', 'other'].map(name => [name, way(name)])),
    hosts: new Map<string, Host>(),
    attempt: 1,
    lost: [] as string[],
  }
  for (const name of ['node1', 'node2']) {
    state.hosts.set(name, { ...host(name), console: { by: 'sol', address: '10.0.0.1' } })
  }
  const sessions: ReturnType<typeof played>[] = []
  const folder = more.folder ?? join(makeFolder(t), 'consoles')
  const desk = createConsoleDesk({
    host: name => state.hosts.get(name),
    way: name => state.ways.get(name),
    context: () => ({}),
    render: text => text,
    needed: () => state.needed,
    owner: () => ({ install: 'a', attempt: state.attempt }),
    knownHosts: '',
    folder,
    bound: () => 8000,
    now: () => state.now,
    notKept: name => state.lost.push(name),
    connect(_way, target, ears) {
      const session = played(ears, target.address)
      sessions.push(session)
      return session
    },
    ...more,
  })
  return { desk, state, sessions, folder }
}

function host(name: string): Host {
  return { name, nics: [], tags: [], vars: {} }
}

function way(name: string): ConsoleWay {
  return { kind: 'command', name, run: ['true'], terminal: false, cwd: '/' }
}

function played(ears: ConsoleEars, address: string | undefined) {
  const { promise, resolve } = Promise.withResolvers<Reason>()
  const session = {
    ...{ ears, address, typed: '', isEnded: false },
    ended: promise,
    write: (bytes: Uint8Array) => {
      session.typed += Buffer.from(bytes)
    },
    end() {
      session.isEnded = true
      resolve(lost)
    },
    lose: () => resolve(lost),
    say: (text: string) => ears.bytes(Buffer.from(text)),
  }
  return session
}

const turn = () => new Promise(resolve => setImmediate(resolve))

t.test('one session for all who read, and nobody has to read', async t => {
  const { desk, sessions } = openDesk(t)
  t.strictSame(desk.state('node1'), { state: 'closed' })
  let heard = 0
  const leave = [0, 1].map(() => desk.follow('node1', () => heard++))
  t.equal(sessions.length, 1)
  t.equal(sessions[0]?.address, '10.0.0.1')
  t.strictSame(desk.state('node1'), { state: 'opening' })
  sessions[0]?.ears.opened()
  sessions[0]?.say('login: ')
  t.strictSame(desk.state('node1'), { state: 'open' })
  t.equal(heard, 5, 'both are told of each, the first also that it is being opened')
  const { from, bytes } = desk.kept('node1').read(0, 100)
  t.equal(`${from} ${Buffer.from(bytes)}`, '0 login: ')
  leave[0]?.()
  desk.look()
  t.notOk(sessions[0]?.isEnded, 'one still reads')
})

t.test(
  'it closes when nobody needs it for a minute, and is needed while an install runs',
  async t => {
    const { desk, sessions, state } = openDesk(t)
    state.needed = ['node1']
    desk.look()
    t.equal(sessions.length, 1, 'nobody reads')
    sessions[0]?.ears.opened()
    sessions[0]?.say('kernel panic')
    state.needed = []
    desk.look()
    state.now += 59_000
    desk.look()
    t.notOk(sessions[0]?.isEnded)
    state.now += 1000
    desk.look()
    t.ok(sessions[0]?.isEnded)
    await turn()
    t.strictSame(desk.state('node1'), { state: 'closed' })
    desk.look()
    t.equal(Buffer.from(desk.kept('node1').read(0, 100).bytes).toString(), 'kernel panic')
    t.equal(sessions.length, 1)
  },
)

t.test('what is lost is connected again, each time a little later', async t => {
  const { desk, sessions, state } = openDesk(t)
  desk.follow('node1', () => {})
  const waits: number[] = []
  for (let n = 0; n < 8; n++) {
    sessions.at(-1)?.lose()
    await turn()
    const is = desk.state('node1')
    t.match(is, { state: 'waiting', why: lost })
    if (is.state !== 'waiting') return
    waits.push((is.until - state.now) / 1000)
    state.now = is.until - 1
    desk.look()
    t.equal(sessions.length, n + 1, 'not before its time')
    state.now += 1
    desk.look()
    t.equal(sessions.length, n + 2)
  }
  t.strictSame(waits, [1, 2, 4, 8, 16, 32, 60, 60])
  sessions.at(-1)?.ears.opened()
  state.now += 60_000
  sessions.at(-1)?.lose()
  await turn()
  t.match(desk.state('node1'), { until: state.now + 1000 }, 'one that was steady begins anew')
})

t.test('typing: only where it is open', async t => {
  const { desk, sessions, state } = openDesk(t)
  const node1 = state.hosts.get('node1') ?? host('node1')
  t.match(desk.type(node1, 'x'), { code: 'console-not-open' })
  desk.follow('node1', () => {})
  t.match(desk.type(node1, 'x'), { code: 'console-not-open' })
  sessions[0]?.ears.opened()
  t.equal(desk.type(node1, 'reboot\r'), undefined)
  t.equal(sessions[0]?.typed, 'reboot\r')
  t.match(desk.type(host('node3'), 'x'), { code: 'no-console', host: 'node3' })
  const gone = { ...host('node4'), console: { by: 'gone' } }
  t.match(desk.type(gone, 'x'), { code: 'no-console-way', name: 'gone' })
})

t.test('another way in the config is taken at once; a host that leaves it is let go', async t => {
  const { desk, sessions, state } = openDesk(t)
  desk.follow('node1', () => {})
  state.hosts.set('node1', { ...host('node1'), console: { by: 'other', address: '10.0.0.2' } })
  desk.look()
  t.ok(sessions[0]?.isEnded)
  await turn()
  state.now += 1000
  desk.look()
  t.equal(sessions[1]?.address, '10.0.0.2')
  state.hosts.delete('node1')
  desk.look()
  t.ok(sessions[1]?.isEnded)
  await turn()
  t.strictSame(desk.state('node1'), { state: 'closed' })
})

t.test('each attempt has its own part', async t => {
  const { desk, sessions, state } = openDesk(t)
  desk.follow('node1', () => {})
  sessions[0]?.say('first')
  state.attempt = 2
  sessions[0]?.say('second')
  t.match(desk.kept('node1').parts(), [
    { from: 0, to: 5, owner: { attempt: 1 } },
    { from: 5, to: 11, owner: { attempt: 2 } },
  ])
})

t.test('so many at once, and no more; a disk that takes nothing is told', async t => {
  const { desk, sessions, state } = openDesk(t)
  for (let n = 0; n < 201; n++) {
    const name = `host${n}`
    state.hosts.set(name, { ...host(name), console: { by: 'sol' } })
    state.needed.push(name)
  }
  desk.look()
  t.equal(sessions.length, 200)
  t.match(desk.state('host200'), { state: 'waiting', why: { code: 'console-many', most: 200 } })
  await desk.close()
  t.ok(
    sessions.every(({ isEnded }) => isEnded),
    'the end of the daemon ends them all',
  )
  desk.follow('node2', () => {})
  t.equal(sessions.length, 200, 'and nothing is opened any more')
})

t.test('what cannot be kept holds nothing up', async t => {
  const { desk, sessions, state } = openDesk(t, { folder: '/dev/null' })
  desk.follow('node1', () => {})
  sessions[0]?.say('x')
  t.strictSame(state.lost, ['node1'])
})

t.test('a disk that is nearly full: nothing is kept, and who reads is told', async t => {
  const { desk, sessions, folder } = openDesk(t)
  let told = 0
  desk.follow('node1', () => told++)
  sessions[0]?.ears.opened()
  sessions[0]?.say('kept')
  told = 0
  desk.setDropping(true)
  desk.setDropping(true)
  t.equal(told, 1)
  t.strictSame(desk.state('node1'), { state: 'open', why: { code: 'console-not-kept' } })
  sessions[0]?.say('x'.repeat(5000))
  t.equal(told, 1)
  t.equal(desk.kept('node1').end(), 4)
  t.equal(desk.state('node2').state, 'closed')
  desk.setDropping(false)
  t.strictSame(desk.state('node1'), { state: 'open' })
  sessions[0]?.say(' again')
  t.equal(Buffer.from(desk.kept('node1').read(0, 100).bytes).toString(), 'kept again')
  t.strictSame(readdirSync(folder), ['node1'])
})

t.test(
  'what is kept of a host that left the config goes after a day, not what is read',
  async t => {
    const { desk, sessions, state, folder } = openDesk(t)
    for (const name of ['node1', 'node2']) desk.follow(name, () => {})
    for (const session of sessions) session.say('x')
    state.hosts.delete('node2')
    const left = desk.follow('node1', () => {})
    left()
    const day = 24 * 3600_000
    t.strictSame(desk.dropLeft(), [])
    state.now += day
    t.strictSame(desk.dropLeft(), [])
    await desk.close()
    t.strictSame(readdirSync(folder).sort(), ['node1', 'node2'], 'somebody reads it')

    const { desk: next, state: later } = openDesk(t, { folder })
    later.hosts.delete('node2')
    next.dropLeft()
    later.now = day
    t.strictSame(next.dropLeft(), ['node2'])
    t.strictSame(readdirSync(folder), ['node1'])
  },
)
