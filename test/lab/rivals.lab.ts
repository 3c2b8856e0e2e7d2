import type { ChildProcess } from 'node:child_process'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { quickDaemon, udhcpc } from './clients.ts'
import type { Daemon, EventRow } from './daemon.ts'
import { readLines } from './lines.ts'
import { createNetwork, type Network, type Peer } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

/** The only network; only its rivals differ. */
const networks = (rivals: string) => `
  lab: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.60, rivals: ${rivals} }
`

/** dnsmasq as it is by default: it pings an address for 3 s before it offers it. */
async function startRival(rival: Peer): Promise<ChildProcess> {
  const child = rival.start([
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--port=0'],
    ...['--interface=eth0', '--bind-interfaces', '--dhcp-authoritative', '--leasefile-ro'],
    '--dhcp-range=10.77.0.100,10.77.0.150,1h',
  ])
  const log: string[] = []
  readLines(child.stderr, line => log.push(line))
  await waitUntil('dnsmasq', 10, () => log.some(line => line.includes('IP range')) || undefined)
  return child
}

const readyz = async (daemon: Daemon) =>
  (await daemon.api('/readyz')) as { status: number; body: string }
const becomes = (daemon: Daemon, status: number, seconds: number) =>
  waitUntil(`/readyz ${status}`, seconds, async () => {
    const answer = await readyz(daemon)
    return answer.status === status ? answer : undefined
  })

t.test('another DHCP server in a network where we give the addresses', { skip }, async t => {
  const network: Network = await createNetwork()
  t.teardown(() => network.remove())
  const peer = await network.addPeer('10.77.0.2')
  const client = await network.addPeer('10.77.0.240')
  let rival = await startRival(peer)

  const quick = quickDaemon(network, networks('refuse'))
  const daemon = await quick.start()
  const events = async (): Promise<EventRow[]> =>
    (await daemon.api('/api/v1/events?after=0')).body.events.filter(
      (event: EventRow) => event.host === null && event.kind === 'rival',
    )
  const held = await becomes(daemon, 503, 10)
  t.match(held.body, /10\.77\.0\.2 answers .* allowed by `rivals: \[10\.77\.0\.2\]`/)
  t.match((await events()).at(-1)?.text, /no address is given until it is gone/)
  t.match((await daemon.api('/api/v1/hosts')).body.notices, [/^network lab: 10\.77\.0\.2 answers/])
  t.equal((await daemon.api('/')).status, 200, 'the page is there')
  t.not((await udhcpc(client.namespace, 8))?.serverid, '10.77.0.1', 'no address from us')
  t.strictSame((await daemon.api('/api/v1/leases')).body.leases, [])

  await t.test('allowed by the config', async t => {
    quick.configure(networks('[10.77.0.2]'))
    void daemon.kill('SIGHUP')
    t.equal((await becomes(daemon, 200, 5)).status, 200)
    quick.configure(networks('refuse'))
    void daemon.kill('SIGHUP')
    await becomes(daemon, 503, 5)
  })

  await t.test('gone again', async t => {
    rival.kill('SIGKILL')
    await becomes(daemon, 200, 45)
    t.match((await events()).at(-1)?.text, 'no other DHCP server any more')
    t.match(await udhcpc(client.namespace), { ip: /^10\.77\.0\.[56]\d$/, serverid: '10.77.0.1' })
  })

  await t.test('a network that gave addresses goes on', async t => {
    await daemon.kill('SIGTERM')
    rival = await startRival(peer)
    await daemon.start()
    const event = await waitUntil('the event', 10, async () =>
      (await events()).find(({ text }) => text.includes('addresses were given here before')),
    )
    t.match(event.text, '10.77.0.2 answers')
    t.equal((await readyz(daemon)).status, 200)
  })

  await t.test('warn', async t => {
    quick.configure(networks('warn'))
    void daemon.kill('SIGHUP')
    await waitUntil('the event', 5, async () =>
      (await events()).find(({ text }) => text.includes('as `rivals: warn` allows')),
    )
    t.equal((await readyz(daemon)).status, 200)
  })
})

t.test('an address that somebody took for himself', { skip }, async t => {
  const network: Network = await createNetwork()
  t.teardown(() => network.remove())
  await network.addPeer('10.77.0.50')
  const first = await network.addPeer('10.77.0.240')
  const second = await network.addPeer('10.77.0.241')
  const range = '10.77.0.50-10.77.0.51'
  const config = `  lab: { interface: br0, mode: server, range: ${range}, rivals: warn }`
  const daemon = await quickDaemon(network, config).start()
  t.equal((await udhcpc(first.namespace))?.ip, '10.77.0.51')
  t.equal(await udhcpc(second.namespace, 2), undefined, 'nobody gets it')
  const { leases } = (await daemon.api('/api/v1/leases')).body
  t.match(leases, [{ address: '10.77.0.50', state: 'declined' }, { address: '10.77.0.51' }])
  const { events } = (await daemon.api('/api/v1/events?after=0')).body
  const conflict = events.find(({ kind }: EventRow) => kind === 'conflict')
  t.match(conflict?.text, /^10\.77\.0\.50 is in use by [0-9a-f:]{17}/)
})
