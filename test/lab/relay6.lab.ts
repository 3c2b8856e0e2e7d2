import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { layRelayCable, type Relay, startRelay } from './behind-relay.ts'
import { node1, quickDaemon } from './clients.ts'
import { dhclient6, startClient } from './clients6.ts'
import { attempt, run } from './command.ts'
import { main } from './daemon.ts'
import { addIpv6, addLinkLocal, serverAddress6, serverNetwork6 } from './ipv6-link.ts'
import { startRadvd } from './ipv6-router.ts'
import { createNetwork, type Network, type Peer } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

const near = `  near:\n    interface: br0\n    mode: none\n${serverNetwork6}`
const far = `
  far:
    subnet: 10.99.0.0/24
    serverAddress: 10.77.0.1
    mode: none
    mode6: server
    subnet6: 2001:db8:99::/64
    serverAddress6: ${serverAddress6}
    range6: 2001:db8:99::1000-2001:db8:99::ffff
    lease: 20s
`

/** A relay, and by which of what it says of a client a machine with a DUID of its own choice is known. */
interface Relay6 extends Relay {
  readonly name: string
  /** A system with privacy has another link-local address than that of its MAC. */
  readonly linkLocal?: string
}

const relays: readonly Relay6[] = [
  {
    name: 'dnsmasq, which says the MAC (option 79)',
    command: [
      ...['dnsmasq', '--keep-in-foreground', '--log-facility=-', '--conf-file=/dev/null'],
      ...['--port=0', '--interface=eth1', '--interface=eth0'],
      `--dhcp-relay=2001:db8:99::1,${serverAddress6}`,
    ],
    up: /relay/i,
    linkLocal: 'fe80::1234:5678:9abc:def0',
  },
  {
    name: 'dhcrelay, whose interface-id comes back, and the link-local address',
    command: [
      ...['dhcrelay', '-6', '-d', '--no-pid', '-I', '-l', 'eth1'],
      ...['-u', `${serverAddress6}%eth0`],
    ],
    up: /Sending on\s+Socket/,
  },
]

/** A router with a relay between our bridge and `2001:db8:99::/64`; returns a machine there. */
async function behindRelay6(network: Network, relay: Relay6): Promise<Peer> {
  const { router, machine } = await layRelayCable(network)
  const inside = ({ namespace }: Peer, ...command: string[]) =>
    run(['ip', 'netns', 'exec', namespace, ...command])
  const enable = ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=0']
  for (const where of [router, machine]) await inside(where, ...enable)
  for (const [address, device] of [
    ['2001:db8:77::2', 'eth0'],
    ['2001:db8:99::1', 'eth1'],
  ] as const) {
    await inside(router, 'ip', 'address', 'add', `${address}/64`, 'dev', device, 'nodad')
    await inside(router, 'ip', 'link', 'set', device, 'up')
  }
  await inside(router, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1')
  await network.run(['ip', 'route', 'add', '2001:db8:99::/64', 'via', '2001:db8:77::2'])
  await addLinkLocal(machine, node1, relay.linkLocal)
  await startRelay(router, relay)
  return machine
}

t.jobs = relays.length + 1
for (const relay of relays) {
  t.test(`behind ${relay.name}`, { skip, buffered: true }, async t => {
    const network = await createNetwork()
    t.teardown(() => network.remove())
    await addIpv6(network)
    const machine = await behindRelay6(network, relay)
    const daemon = await quickDaemon(network, `${near}\n${far}`).start()
    const inside = (...command: string[]) =>
      attempt(['ip', 'netns', 'exec', machine.namespace, ...command])

    // A DUID of a UUID (RFC 6355) that no host has.
    const duid = `default-duid "\\000\\004${'\\021'.repeat(16)}";\n`
    const { step } = startClient(t, machine, dhclient6, duid)
    const [, address = ''] = await step(1)
    t.match(address, /^2001:db8:99::/)
    t.strictSame(await step(2), [dhclient6.steps.renew, address], 'it renews and keeps it')
    const { leases } = (await daemon.api('/api/v1/leases')).body
    t.match(leases, [{ network: 'far', address, mac: node1, host: 'node1', state: 'active' }])

    await inside('ip', 'route', 'add', '2001:db8:99::/64', 'dev', 'eth0')
    await inside('ip', 'route', 'add', 'default', 'via', '2001:db8:99::1')
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const ask = `http://[${serverAddress6}]:8080/boot/${node1}/boot.ipxe`
    const own = await inside('curl', '-gsS', ask)
    t.match(
      own.stdout,
      /^#!ipxe[\s\S]*http:\/\/\[2001:db8:77::1\]:8080\/assets\/linux/,
      'the installer',
    )
    const other = '2001:db8:99::77'
    await inside('ip', 'address', 'add', `${other}/64`, 'dev', 'eth0', 'nodad')
    const stranger = await inside('curl', '-gsS', '--interface', other, '-w', '%{http_code}', ask)
    t.match(stranger.stdout, /403$/, 'of an address without a lease')
    t.equal(await daemon.kill('SIGTERM'), 0)
  })
}

t.test('a router that sends nobody to DHCPv6 is told of', { skip, buffered: true }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  await addIpv6(network)
  const quick = quickDaemon(network, near)
  const config = join(quick.folder, 'config.yaml')
  const check = async () =>
    (await network.attempt([process.execPath, main, 'check', '--config', config])).stderr
  t.match(await check(), /networks\.near\.mode6: warning: .*no IPv6 router answers on br0/)

  const at = { ...(await network.addPeer('10.77.0.2')), device: 'eth0' }
  const prefix = 'prefix 2001:db8:77::/64 { AdvAutonomous off; };'
  const first = await startRadvd(at, quick.folder, `AdvManagedFlag off; ${prefix}`)
  const daemon = await quick.start()
  const said = async () => (await daemon.api('/api/v1/status')).body.networks[0].router6
  const isSaid = async () =>
    /fe80::.* advertises without the M flag/.test(await said()) || undefined
  await waitUntil('the daemon hears the router', 20, isSaid)
  t.match(await check(), /advertises without the M flag/)

  first.kill()
  await startRadvd(at, quick.folder, `AdvManagedFlag on; ${prefix}`)
  t.equal(await check(), '')
  t.equal((await daemon.cli(['reload'])).code, 0)
  await waitUntil('all is well', 20, async () => (await said()) === null || undefined)
  t.equal(await daemon.kill('SIGTERM'), 0)
})
