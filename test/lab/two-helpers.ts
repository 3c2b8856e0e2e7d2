/**
 * In `npm run lab:takeover`: a relay has two daemons as its helper addresses, and they share one PostgreSQL.
 */
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { lacksPostgres, startPostgres } from '../store/postgres-server.ts'
import { layRelayCable, type Relay, startRelay } from './behind-relay.ts'
import { node1, quickDaemon, udhcpc } from './clients.ts'
import { run } from './command.ts'
import type { Daemon } from './daemon.ts'
import { createNetwork, type Network, type Peer } from './network.ts'
import { labObstacle } from './packages.ts'
import { computerOf } from './vrrp-node.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? lacksPostgres
t.setTimeout(fileTimeout(4))

const helpers = ['10.77.0.3', '10.77.0.4'] as const
const relays: Readonly<Record<string, Relay>> = {
  dnsmasq: {
    command: [
      ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null'],
      ...['--port=0', '--interface=eth1', '--interface=eth0'],
      ...helpers.map(helper => `--dhcp-relay=10.99.0.1,${helper}`),
    ],
    up: /relay/i,
  },
  dhcrelay: {
    command: ['dhcrelay', '-4', '-d', '--no-pid', '-iu', 'eth0', '-id', 'eth1', ...helpers],
    up: /Sending on\s+Socket/,
  },
}

/** A router to `10.99.0.0/24` that has the relay, and the namespace of a machine there. */
async function behindRelay(network: Network, relay: Relay): Promise<string> {
  const { router, machine } = await layRelayCable(network)
  const inside = ({ namespace }: Peer, ...command: string[]) =>
    run(['ip', 'netns', 'exec', namespace, ...command])
  await inside(router, 'ip', 'address', 'add', '10.99.0.1/24', 'dev', 'eth1')
  await inside(router, 'ip', 'link', 'set', 'eth1', 'up')
  await inside(machine, 'ip', 'link', 'set', 'eth0', 'address', node1, 'up')
  await inside(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
  await startRelay(router, relay)
  return machine.namespace
}

/** The same config on each, but for its own address. */
async function startHelper(network: Network, address: string, urlFile: string): Promise<Daemon> {
  const computer = await network.addPeer(address)
  await run(['ip', '-n', computer.namespace, 'route', 'add', '10.99.0.0/24', 'via', '10.77.0.2'])
  const networks = `  far:
    subnet: 10.99.0.0/24
    serverAddress: ${address}
    mode: server
    range: 10.99.0.50-10.99.0.99
    router: 10.99.0.1
store: { postgres: { urlFile: ${urlFile} } }
`
  return quickDaemon(computer, networks, computerOf(`at-${address.at(-1)}`)).start()
}

async function works(t: Test, daemon: Daemon, since: string): Promise<void> {
  const begun = performance.now()
  const isReady = async () => (await daemon.api('/readyz/far')).status === 200 || undefined
  await waitUntil('a daemon at work', 60, isReady)
  t.comment(`${since}: taken over after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

for (const [name, relay] of Object.entries(relays)) {
  t.test(`a relay with two helper addresses: ${name}`, { skip }, async t => {
    const { urlFile, psql } = (await startPostgres(t)).newDatabase()
    const network = await createNetwork()
    t.teardown(() => network.remove())
    const machine = await behindRelay(network, relay)
    const first = await startHelper(network, helpers[0], urlFile)
    const second = await startHelper(network, helpers[1], urlFile)

    const given = await udhcpc(machine)
    t.match(given, { ip: /^10\.99\.0\.\d+$/, router: '10.99.0.1', serverid: helpers[0] })
    await first.kill('SIGKILL')
    await works(t, second, 'kill -9')
    t.match(await udhcpc(machine), { ip: given?.ip, serverid: helpers[1] }, 'its address')

    await first.start()
    t.match(await udhcpc(machine), { ip: given?.ip, serverid: helpers[1] }, 'no fight')
    t.equal(await second.kill('SIGTERM'), 0)
    await works(t, first, 'SIGTERM')
    t.match(await udhcpc(machine), { ip: given?.ip, serverid: helpers[0] })
    t.equal(psql('select count(*) from leases'), '1')
    t.equal(psql('select epoch from owners'), '3')
    t.equal(await first.kill('SIGTERM'), 0)
  })
}
