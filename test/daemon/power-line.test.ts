import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeDaemon, until } from './daemon.ts'
import { ask, show } from './machine.ts'
import { debian } from './settings.ts'

/** It is at work as long as there is a file `hold`. */
const start = [
  'sh',
  '-c',
  'echo "$0" >> done; while [ -e hold ]; do sleep 0.05; done',
  '{{ host.name }}',
]

t.test('only so many are started at once; the others see their place in the line', async t => {
  const names = [1, 2, 3, 4].map(n => `node${n}`)
  const hostOf = (name: string, n: number) => {
    const power = { by: 'vm', post: '2s' }
    return [name, { mac: `52:54:00:12:35:0${n}`, profile: 'debian', power }] as const
  }
  const daemon = await makeDaemon(t, {
    power: { vm: { command: { on: start, off: ['true'], cycle: start } } },
    installs: { powerUp: 2 },
    profiles: { debian: { ...debian, callbacks: [] } },
    hosts: Object.fromEntries(names.map(hostOf)),
    callbacks: {},
  })
  daemon.write('hold', '')
  daemon.write('done', '')
  await daemon.start()
  const done = () => readFileSync(join(daemon.folder, 'done'), 'utf8').split('\n').filter(Boolean)
  const why = async (name: string) => (await show(daemon, name)).host.why as string
  for (const [n, name] of names.entries()) {
    await ask(daemon, name)
    await until(`${name} in its place`, async () =>
      n < 2 ? done().length === n + 1 : /turn to be started/.test(await why(name)),
    )
  }
  t.equal(await why('node3'), 'waits for its turn to be started: 1st of 2')
  t.equal(await why('node4'), 'waits for its turn to be started: 2nd of 2')
  t.match((await daemon.cli('hosts')).stdout, /node4.*turn to be started: 2nd of 2/)
  const since = performance.now()
  await until('more than their post', () => performance.now() - since > 3000)
  t.strictSame(done(), ['node1', 'node2'], 'nobody has overtaken')
  t.match(await why('node4'), /2nd of 2/, 'and the clock of who waits stands still')
  rmSync(join(daemon.folder, 'hold'))
  await until('all of them', () => names.every(name => done().includes(name)))
})
