import t, { type Test } from 'tap'
import { openDhcpWire } from './client.ts'
import { runAsCron } from './cron.ts'
import { type Daemon, startDaemon, until } from './daemon.ts'
import { type Machine, makeMachine, show, untilTold } from './machine.ts'
import { debian } from './settings.ts'

/** The line of the README. */
const line = 'bootwright install --where tag=lab --yes --wait --stop-after 3'

const names = ['n1', 'n2', 'n3', 'n4', 'n5']
const macOf = (name: string) => `52:54:00:00:01:0${name.slice(1)}`

async function lab(t: Test) {
  const hosts = Object.fromEntries(
    [...names, 'other'].map((name, n) => [
      name,
      {
        mac: name === 'other' ? '52:54:00:00:02:01' : macOf(name),
        profile: 'debian',
        tags: [n < 5 ? 'lab' : 'desk'],
      },
    ]),
  )
  const profile = { ...debian, verify: undefined, callbacks: [] }
  const daemon = await startDaemon(t, { hosts, profiles: { debian: profile } })
  const wire = await openDhcpWire(t, daemon.ports)
  const machines = new Map(names.map(name => [name, makeMachine(daemon, wire, macOf(name))]))
  return { daemon, machines }
}

async function installs(daemon: Daemon, name: string, machine: Machine | undefined, end: string) {
  await untilTold(daemon, name, /idle -> pending/)
  await machine?.lease()
  await machine?.script()
  await machine?.phoneHome('ready')
  await machine?.phoneHome(end, { message: 'said by the test' })
}

t.test('a lab is reimaged by one line', async t => {
  const { daemon, machines } = await lab(t)
  const ended = runAsCron(daemon, line)
  for (const [name, machine] of machines) await installs(daemon, name, machine, 'done')
  const { code, stdout, stderr } = await ended
  t.match({ code, stderr }, { code: 0, stderr: '' })
  for (const name of names) t.match(stdout, `${name}: installed: the install is done`)
  t.notMatch(stdout, '\x1b', 'no colours in a mail')
  t.match((await show(daemon, 'other')).host, { state: 'idle', install: null })
})

t.test('three failures take the rest back', async t => {
  const { daemon, machines } = await lab(t)
  const ended = runAsCron(daemon, line)
  for (const name of ['n2', 'n3', 'n5']) await installs(daemon, name, machines.get(name), 'failed')
  const { code, stdout, stderr } = await ended
  t.equal(code, 1)
  t.match(stdout, 'n2: failed: the installer says it failed: said by the test')
  t.match(stderr, '3 failed: cancelling the other 2\n')
  t.match(stdout, 'n1: cancelled, was pending')
  for (const name of ['n1', 'n4']) {
    const state = () => show(daemon, name).then(({ host }) => host.state === 'idle')
    await until(`${name} is idle again`, state)
  }
})
