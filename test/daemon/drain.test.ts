import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { DrainAnswer } from '../../src/api/daemon.ts'
import { openDhcpWire } from './client.ts'
import { type Daemon, makeDaemon, until } from './daemon.ts'
import { bringTo, makeMachine } from './machine.ts'
import { debian, mac1, mac2 } from './settings.ts'

t.test('drain lets deploys end and starts no other; SIGTERM says what it cuts', async t => {
  const daemon = await makeDaemon(t, {
    profiles: { debian: { ...debian, deploy: 'custom', callbacks: [] } },
    callbacks: {
      custom: { command: { run: ['sh', '-c', 'until [ -e go ]; do sleep 0.1; done'] } },
    },
  })
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  const [one, two] = [mac1, mac2].map(mac => makeMachine(daemon, wire, mac))
  if (!one || !two) throw new Error('there are two')
  await bringTo('installing', daemon, 'node1', one)
  await until('the deploy', async () => (await draining(daemon)).running.length === 1)

  const late = await daemon.cli('drain', '--timeout', '1s')
  t.match(late, { code: 1, stdout: 'still running: custom of node1\n' })
  t.match(await daemon.cli('hosts'), { stderr: /^draining: no deploy is started/ })
  await bringTo('installing', daemon, 'node2', two)
  const waits = daemon.cli('drain')
  daemon.write('go', '')
  t.match(await waits, { code: 0, stdout: /^drained: .*; 1 wait for their turn/ })
  t.match(await draining(daemon), { draining: true, running: [], waiting: ['node2'] })
  t.match(await daemon.cli('show', 'node2'), { stdout: /installing/ })

  rmSync(join(daemon.folder, 'go'))
  t.match(await daemon.cli('drain', '--end'), { code: 0, stdout: 'deploys start again\n' })
  await until('the other deploy', async () => (await draining(daemon)).running.length === 1)
  t.strictSame(await daemon.stop(), { code: 0, signal: null })
  const cut = daemon.logs().filter(({ msg }) => /^the deploy custom of node2 is ended: /.test(msg))
  t.equal(cut.length, 1)
})

function draining(daemon: Daemon): Promise<DrainAnswer> {
  return daemon.get<DrainAnswer>('/drain')
}
