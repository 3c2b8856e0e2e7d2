import t from 'tap'
import type { Callback } from '../../src/boot/callback.ts'
import type { Target } from '../../src/boot/install.ts'
import { createWorld } from './world.ts'

/** What the callback is told to do when the installer says this. */
async function targetOf(t: Parameters<typeof createWorld>[0], callback: object, message: string) {
  const all = { name: 'hook', when: ['failed'], timeout: 10, ...callback } as unknown as Callback
  const world = await createWorld(t, { profile: { callbacks: [all] } })
  world.ask()
  world.boot()
  world.say('failed', { message, facts: { serial: message } })
  const [due] = world.memory.deliveries.due(Number.MAX_SAFE_INTEGER, 10)
  await world.close()
  return due?.target as Target
}

const evil = '../../admin/delete?all=1#'

t.test('a value from the wire stays one part of a URL', async t => {
  for (const name of ['message', 'facts.serial']) {
    const url = `http://hooks.example/host/{{ ${name} }}/failed`
    const target = await targetOf(t, { kind: 'webhook', url }, evil)
    t.equal(
      target.kind === 'webhook' && target.url,
      'http://hooks.example/host/..%2F..%2Fadmin%2Fdelete%3Fall%3D1%23/failed',
    )
    // Encoded it would still be `..` for whoever reads the URL.
    for (const dots of ['.', '..']) {
      const up = await targetOf(t, { kind: 'webhook', url }, dots)
      t.match(up, { kind: 'broken', reason: /climbs nowhere/ })
    }
    const half = await targetOf(t, { kind: 'webhook', url: `${url}/.{{ message }}/x` }, '.')
    t.match(half, { kind: 'broken', reason: /climbs nowhere/ })
    const asked = await targetOf(
      t,
      { kind: 'webhook', url: 'http://h.example/?a={{ message }}' },
      '..',
    )
    t.equal(asked.kind === 'webhook' && asked.url, 'http://h.example/?a=..')
  }
})

t.test('as an argument it is no option, and as a path it climbs nowhere', async t => {
  for (const [argument, message, ok] of [
    ['{{ message }}', '--output=/etc/passwd', false],
    ['{{ facts.serial }}', '-rf', false],
    ['{{ facts.serial | default: "x" }}', '-rf', false],
    ['logs/{{ message }}', '../../etc', false],
    ['--why={{ message }}', '--output=/etc/passwd', true],
    ['{{ message }}', 'no disk - none at all', true],
    ['--{{ host.name }}', '-rf', true],
  ] as const) {
    const target = await targetOf(
      t,
      { kind: 'command', run: ['true', argument], cwd: '/' },
      message,
    )
    t.equal(target.kind, ok ? 'command' : 'broken', `${argument}: ${message}`)
    if (target.kind === 'broken') t.match(target.reason, /what a machine says/)
  }
})
