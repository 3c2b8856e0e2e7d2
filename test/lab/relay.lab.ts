import { fileURLToPath } from 'node:url'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { layRelayCable, type Relay, startRelay } from './behind-relay.ts'
import { node1, quickDaemon, udhcpc } from './clients.ts'
import { attempt, run } from './command.ts'
import { createNetwork, type Network, type Peer } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

const withSockets = fileURLToPath(new URL('../../systemd/with-sockets', import.meta.url))

const near = '  near: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.99, rivals: warn }'
const far = `
  far:
    subnet: 10.99.0.0/24
    serverAddress: 10.77.0.1
    mode: server
    range: 10.99.0.50-10.99.0.99
    router: 10.99.0.1
    lease: 2m
`

const dnsmasq: Relay = {
  command: [
    ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null', '--port=0'],
    ...['--interface=eth1', '--interface=eth0', '--dhcp-relay=10.99.0.1,10.77.0.1'],
  ],
  up: /relay/i,
}

/** ISC's, which says by option 82 on which of its interfaces a client hangs. */
const dhcrelay: Relay = {
  command: ['dhcrelay', '-4', '-d', '--no-pid', '-a', '-iu', 'eth0', '-id', 'eth1', '10.77.0.1'],
  up: /Sending on\s+Socket/,
}

/** A router with a relay between our bridge and `10.99.0.0/24`; returns the namespace of a machine there. */
async function behindRelay(network: Network, relay: Relay): Promise<string> {
  const { router, machine } = await layRelayCable(network)
  const inside = ({ namespace }: Peer, ...command: string[]) =>
    run(['ip', 'netns', 'exec', namespace, ...command])
  await inside(router, 'ip', 'address', 'add', '10.99.0.1/24', 'dev', 'eth1')
  await inside(router, 'ip', 'link', 'set', 'eth1', 'up')
  await inside(machine, 'ip', 'link', 'set', 'eth0', 'address', node1, 'up')
  await inside(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
  await network.run(['ip', 'route', 'add', '10.99.0.0/24', 'via', '10.77.0.2'])
  await startRelay(router, relay)
  return machine.namespace
}

for (const launcher of [[], [withSockets, 'br0', '--']]) {
  const how = launcher.length > 0 ? 'sockets handed over' : 'sockets of its own'
  t.test(`a network behind a relay, ${how}`, { skip }, async t => {
    const network = await createNetwork()
    t.teardown(() => network.remove())
    const machine = await behindRelay(network, dnsmasq)
    const neighbour = (await network.addPeer('10.77.0.241')).namespace
    const daemon = await quickDaemon(network, `${near}\n${far}`, launcher).start()
    const inside = (...command: string[]) => attempt(['ip', 'netns', 'exec', machine, ...command])

    const given = await udhcpc(machine)
    t.match(given, { ip: /^10\.99\.0\.\d+$/, router: '10.99.0.1' })
    t.match(await udhcpc(neighbour), { ip: /^10\.77\.0\.\d+$/, serverid: '10.77.0.1' })

    await inside('ip', 'address', 'add', `${given?.ip}/24`, 'dev', 'eth0')
    await inside('ip', 'route', 'add', 'default', 'via', '10.99.0.1')
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const { stdout } = await inside('curl', '-sS', `http://10.77.0.1:8080/boot/${node1}/boot.ipxe`)
    t.match(stdout, /^#!ipxe[\s\S]*http:\/\/10\.77\.0\.1:8080\/assets\/linux/, 'the installer')

    const { leases } = (await daemon.api('/api/v1/leases')).body
    t.match(leases, [{ network: 'near' }, { network: 'far', mac: node1 }])
    t.equal(await daemon.kill('SIGTERM'), 0)
  })
}

t.test('what hangs on a port is the host, whichever machine it is', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const machine = await behindRelay(network, dhcrelay)
  const slot = 'hosts:\n  slot7: { port: eth1, address: 10.99.0.20, profile: lab }\n'
  const daemon = await quickDaemon(network, `${near}\n${far}`, [], slot).start()
  const inside = (...command: string[]) => run(['ip', 'netns', 'exec', machine, ...command])
  const firmware = ['-V', 'PXEClient:Arch:00000:UNDI:002001', '-x', '93:0000']
  const notes = async () =>
    (await daemon.api('/api/v1/events?host=slot7')).body.events.filter(
      (event: { kind: string }) => event.kind === 'note',
    )

  t.not((await udhcpc(machine))?.ip, '10.99.0.20', 'a system is not the machine yet')
  t.match(await udhcpc(machine, 30, firmware), { ip: '10.99.0.20' })
  t.match(await udhcpc(machine), { ip: '10.99.0.20' }, 'its system is')

  const second = '52:54:00:12:34:71'
  await inside('ip', 'link', 'set', 'eth0', 'address', second)
  t.match(await udhcpc(machine, 30, firmware), { ip: '10.99.0.20' }, 'the machine in its place')
  t.match(await notes(), [
    { code: 'moved-in', data: { mac: node1, by: 'port' } },
    { code: 'moved-in', data: { mac: second, by: 'port', before: [node1] } },
  ])
  t.match((await daemon.api('/api/v1/hosts/slot7')).body.host, { state: 'idle', macs: [second] })
  t.equal(await daemon.kill('SIGTERM'), 0)
})
