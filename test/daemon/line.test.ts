import t from 'tap'
import type { CallbackList } from '../../src/api/callbacks.ts'
import { openDhcpWire } from './client.ts'
import { makeDaemon, until } from './daemon.ts'
import { follow } from './follow.ts'
import { bringTo, makeMachine, show, untilTold } from './machine.ts'
import { debian, mac1, mac2 } from './settings.ts'

const mac3 = '52:54:00:00:00:03'
const names = ['node1', 'node2', 'node3']

t.test('a deploy that waits says its place in the line, everywhere', async t => {
  const daemon = await makeDaemon(t, {
    installs: { parallel: 1 },
    profiles: { debian: { ...debian, deploy: 'custom', callbacks: [] } },
    callbacks: {
      custom: {
        command: { run: ['sh', '-c', 'until [ -e go-{{ host.name }} ]; do sleep 0.1; done'] },
      },
    },
    hosts: Object.fromEntries(
      [mac1, mac2, mac3].map((mac, n) => [names[n], { mac, profile: 'debian' }]),
    ),
  })
  await daemon.start()
  const wire = await openDhcpWire(t, daemon.ports)
  for (const [n, mac] of [mac1, mac2, mac3].entries()) {
    await bringTo('installing', daemon, names[n] ?? '', makeMachine(daemon, wire, mac))
  }
  await untilTold(daemon, 'node1', /^custom \(ready\) started/)
  await untilTold(daemon, 'node2', /^custom \(ready\) waits for a free place, 1st in the line$/)
  await untilTold(daemon, 'node3', /^custom \(ready\) waits for a free place, 2nd in the line$/)

  const places = async () => {
    const { callbacks } = await daemon.get<CallbackList>('/callbacks')
    return callbacks.map(({ host, place }) => `${host} ${place}`)
  }
  t.strictSame(await places(), ['node3 2', 'node2 1', 'node1 null'])
  t.match((await show(daemon, 'node3')).host, { why: 'waiting for a free place, 2nd', waiting: 2 })
  t.match((await daemon.cli('show', 'node3')).stdout, /^custom +due .* 2nd in the line/m)
  t.match((await daemon.cli('hosts')).stdout, /^node3 .* waiting for a free place, 2nd$/m)

  const rows = await follow(t, daemon)
  daemon.write('go-node1', '')
  await until('the line to move', async () => (await places()).includes('node3 1'))
  await until('the row of who moved up', () =>
    rows.some(({ name, waiting }) => name === 'node3' && waiting === 1),
  )
  const told = (await show(daemon, 'node3')).events.filter(({ text }) => /waits for/.test(text))
  t.equal(told.length, 1, 'it is told once')
})
