import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon, udhcpc } from './clients.ts'
import { run } from './command.ts'
import type { EventRow } from './daemon.ts'
import { createNetwork, type Network } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

const other = '52:54:00:66:66:66'

/** Nothing in the table changes by itself for as long as a test may take. */
async function hold(network: Network): Promise<void> {
  const settings = ['delay_first_probe_time=900', 'ucast_solicit=900', 'mcast_solicit=900']
  for (const setting of [...settings, 'base_reachable_time_ms=3600000']) {
    await network.run(['sysctl', '-qw', `net.ipv4.neigh.br0.${setting}`])
  }
}

/** Every state of linux/neighbour.h: what a request from there is worth, and whether somebody is there. */
const states = {
  REACHABLE: ['machine', true],
  PERMANENT: ['machine', true],
  // The kernel sends to it without asking anybody, and does not show it in /proc/net/arp.
  NOARP: ['nobody-at-address', true],
  STALE: ['machine', false],
  DELAY: ['machine', false],
  PROBE: ['machine', false],
  INCOMPLETE: ['nobody-at-address', false],
  FAILED: ['nobody-at-address', false],
  NONE: ['nobody-at-address', false],
} as const

t.test('what each state of the kernel’s neighbour table is worth', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  await hold(network)
  const names = Object.keys(states) as (keyof typeof states)[]
  const places = names.flatMap((state, n) => [
    { state, mac: node1, address: `10.77.0.${100 + n}` },
    { state, mac: other, address: `10.77.0.${200 + n}` },
  ])
  for (const { state, mac, address } of places) {
    if (state === 'NONE') continue
    const nud = state === 'DELAY' ? 'stale' : state.toLowerCase()
    const entry = ['ip', 'neighbour', 'replace', address, 'lladdr', mac, 'dev', 'br0', 'nud', nud]
    await network.run(entry)
    // It waits before it asks.
    if (state === 'DELAY') await network.run(['bash', '-c', `echo > /dev/udp/${address}/9`])
  }
  const shown = () => network.run(['ip', '-4', 'neighbour', 'show', 'nud', 'all', 'dev', 'br0'])
  const before = await shown()
  for (const { state, address } of places) {
    const line = before.split('\n').find(line => line.startsWith(`${address} `))
    t.equal(line?.trim().split(' ').at(-1) ?? 'NONE', state, address)
  }
  const program = join(import.meta.dirname, 'neighbour-states.ts')
  const addresses = places.map(({ address }) => address)
  const told = await network.run([process.execPath, program, node1, ...addresses])
  const found = JSON.parse(told)
  for (const { state, mac, address } of places) {
    const [verdict, sure] = states[state]
    const isOther = mac === other && verdict === 'machine'
    const expected = [isOther ? 'address-of-another' : verdict, sure]
    t.strictSame(found[address], expected, `${state} ${isOther ? 'of another' : ''}`)
  }
})

t.test('who left long ago is no conflict: the address goes to the next one', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const client = await network.addPeer('10.77.0.240')
  const lab = '  lab: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.50, rivals: warn }'
  const daemon = await quickDaemon(network, lab).start()
  const left = ['10.77.0.50', 'lladdr', other, 'dev', 'br0', 'nud', 'stale']
  await network.run(['ip', 'neighbour', 'replace', ...left])
  t.equal((await udhcpc(client.namespace, 60))?.ip, '10.77.0.50')
  const { events } = (await daemon.api('/api/v1/events?after=0')).body
  t.notOk(events.find(({ kind }: EventRow) => kind === 'conflict'))
  t.equal(await daemon.kill('SIGTERM'), 0)
})

t.test('a Linux machine with proxy_arp: it is told, and takes no range', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const { namespace } = await network.addPeer('10.77.0.9')
  const inside = (...command: string[]) => run(['ip', 'netns', 'exec', namespace, ...command])
  // A router whose way to everybody leads elsewhere answers ARP for all of them here.
  await inside('ip', 'link', 'add', 'away', 'type', 'veth', 'peer', 'gone')
  for (const end of ['away', 'gone']) await inside('ip', 'link', 'set', end, 'up')
  await inside('ip', 'address', 'flush', 'dev', 'eth0')
  await inside('ip', 'address', 'add', '10.77.0.9/32', 'dev', 'eth0')
  await inside('ip', 'route', 'add', '10.77.0.1/32', 'dev', 'eth0')
  await inside('ip', 'route', 'add', 'default', 'dev', 'away')
  // The delay is up to 0.8 s else, and who answers so late is not seen at all.
  for (const setting of ['conf.all.forwarding', 'conf.eth0.proxy_arp'])
    await inside('sysctl', '-qw', `net.ipv4.${setting}=1`)
  await inside('sysctl', '-qw', 'net.ipv4.neigh.eth0.proxy_delay=0')
  const lab = '  lab: { interface: br0, mode: server, range: 10.77.0.50-10.77.0.57, rivals: warn }'
  const daemon = await quickDaemon(network, lab).start()
  const given = new Set<string | undefined>()
  for (const [n, address] of ['10.77.0.241', '10.77.0.242', '10.77.0.243'].entries()) {
    const client = await network.addPeer(address)
    given.add((await udhcpc(client.namespace, 60))?.ip)
    t.equal(given.size, n + 1, 'each has an address of its own')
  }
  t.notOk(given.has(undefined))
  const { events } = (await daemon.api('/api/v1/events?after=0')).body
  const conflicts = events.filter(({ kind }: EventRow) => kind === 'conflict')
  const mac = (await inside('cat', '/sys/class/net/eth0/address')).trim()
  const told = conflicts.filter(({ text }: EventRow) => text.includes('answers for many'))
  t.equal(told.length, 1)
  t.ok(told[0]?.text.startsWith(mac), 'by its MAC')
  t.ok(
    conflicts.length <= 4,
    'a few addresses are held back, and then nobody believes it',
    conflicts,
  )
  t.equal(await daemon.kill('SIGTERM'), 0)
})
