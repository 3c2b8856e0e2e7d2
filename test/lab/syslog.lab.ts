import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon, udhcpc } from './clients.ts'
import { attempt, run } from './command.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

const lan = `
  lan: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.99, rivals: warn }
syslog: {}
`

/** Both dialects, as util-linux (bsdutils) writes them. */
const senders = [
  { said: 'rfc 5424', program: ['logger', '-n', '10.77.0.1', '-d', '--rfc5424', '-t', 'd-i'] },
  { said: 'rfc 3164', program: ['logger', '-n', '10.77.0.1', '-d', '--rfc3164', '-t', 'd-i'] },
] as const

t.test('what logger sends lands in the timeline of its host', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const machine = (await network.addPeer('10.77.0.240')).namespace
  const inside = (...command: readonly string[]) =>
    attempt(['ip', 'netns', 'exec', machine, ...command])
  const link = ['ip', 'link', 'set', 'eth0']
  await run(['ip', 'netns', 'exec', machine, ...link, 'address', node1])
  const daemon = await quickDaemon(network, lan).start()
  const given = await udhcpc(machine)
  t.match(given, { ip: /^10\.77\.0\.\d+$/ })
  await inside('ip', 'address', 'flush', 'dev', 'eth0')
  await inside('ip', 'address', 'add', `${given?.ip}/24`, 'dev', 'eth0')

  for (const { said, program } of senders) {
    t.equal((await inside(...program, '-p', 'user.err', said)).code, 0, said)
    const line = await waitUntil(`${said} in the timeline`, 10, async () => {
      const { body } = await daemon.api('/api/v1/events?host=node1&kind=syslog')
      const { events } = body as { events: { text: string; data: { severity: string } }[] }
      return events.find(({ text }) => text === `d-i: ${said}`)
    })
    t.equal(line.data.severity, 'err')
  }
  t.equal(await daemon.kill('SIGTERM'), 0)
})
