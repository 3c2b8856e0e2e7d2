import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { quickDaemon, udhcpc } from './clients.ts'
import { run } from './command.ts'
import { createNetwork, type Network, type Peer } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const obstacle = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

/** Half of it until a client renews by unicast, 7/8 until it asks everybody. */
const leaseSeconds = 24

/** A DHCP client of Debian: how it runs on `eth0`, and what it calls its steps. */
interface Client {
  readonly name: string
  readonly program: string
  readonly package: string
  /** The shell words that know what the client says and which address it has. */
  readonly words: { readonly step: string; readonly address: string }
  command(folder: string): readonly string[]
  readonly steps: { readonly lease: string; readonly renew: string; readonly rebind: string }
  /** It does not ask for our MAC: what it sends to our address is in broadcast frames. */
  readonly shouts?: true
  /** What makes it give its lease back: a signal, or another command. */
  release(folder: string): NodeJS.Signals | readonly string[]
}

const dhclient = (folder: string, ...how: string[]) => [
  ...['dhclient', '-4', ...how, '-cf', join(folder, 'conf'), '-sf', join(folder, 'script')],
  ...['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), 'eth0'],
]

const reasons = { lease: 'BOUND', renew: 'RENEW', rebind: 'REBIND' }

const clients: Client[] = [
  {
    name: 'udhcpc',
    program: '/usr/bin/busybox',
    package: 'busybox-static',
    words: { step: '$1', address: '$ip' },
    command: folder => ['busybox', 'udhcpc', '-f', '-i', 'eth0', '-s', join(folder, 'script')],
    // It does not say which of the two it did.
    steps: { lease: 'bound', renew: 'renew', rebind: 'renew' },
    release: () => 'SIGUSR2',
  },
  {
    name: 'dhclient',
    program: '/usr/sbin/dhclient',
    package: 'isc-dhcp-client',
    shouts: true,
    words: { step: '$reason', address: '$new_ip_address' },
    command: folder => dhclient(folder, '-d'),
    // Its log shows the broadcast; to its script it says RENEW all the same.
    steps: { ...reasons, rebind: 'RENEW' },
    release: folder => dhclient(folder, '-r'),
  },
  {
    name: 'dhcpcd',
    program: '/usr/sbin/dhcpcd',
    package: 'dhcpcd-base',
    words: { step: '$reason', address: '$new_ip_address' },
    // It keeps its pid and its leases at fixed places, which are its own here.
    command: folder => {
      const own = ['/run/dhcpcd', '/var/lib/dhcpcd'].map(
        at => `mkdir -p ${at}; mount -t tmpfs t ${at}`,
      )
      const dhcpcd = `exec dhcpcd -4 -B -A -L -f /dev/null -c ${folder}/script eth0`
      return ['unshare', '--mount', 'sh', '-c', [...own, dhcpcd].join('; ')]
    },
    steps: reasons,
    release: () => 'SIGALRM',
  },
]

/** Gives the address to `eth0`, as the script of a distribution would, and notes the step. */
function writeScript(folder: string, { words: { step, address } }: Client): void {
  const lines = [
    '#!/bin/sh',
    `case "${step}" in`,
    '  deconfig|PREINIT) ip address flush dev eth0; ip link set eth0 up ;;',
    `  bound|renew|BOUND|RENEW|REBIND) ip address replace "${address}/24" dev eth0 ;;`,
    'esac',
    `echo "${step} ${address}" >> ${folder}/steps`,
    '',
  ]
  writeFileSync(join(folder, 'script'), lines.join('\n'))
  chmodSync(join(folder, 'script'), 0o755)
  // Of dhclient: else it may wait until the lease has ended before it asks everybody.
  writeFileSync(join(folder, 'conf'), 'initial-interval 1;\nbackoff-cutoff 1;\n')
}

/** A client at work, and what it has told its script. */
function startClient(peer: Peer, client: Client) {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-client-'))
  writeScript(folder, client)
  const child = peer.start(client.command(folder))
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (text: Buffer) => said.push(text.toString()))
  }
  /** The steps that gave it an address so far. */
  const taken = () => {
    const file = join(folder, 'steps')
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    return text.split('\n').filter(line => /^(bound|renew|BOUND|RENEW|REBIND) /.test(line))
  }
  return {
    step: (count: number) =>
      waitUntil(
        () => `step ${count} of ${client.name}, only ${taken()}: ${said.join('')}`,
        60,
        () => taken()[count - 1]?.split(' '),
      ),
    async release(): Promise<void> {
      const release = client.release(folder)
      if (typeof release === 'string') child.kill(release)
      else await run(inside(peer, release))
    },
    remove(): void {
      child.kill('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function inside({ namespace }: Peer, command: readonly string[]): string[] {
  return ['ip', 'netns', 'exec', namespace, ...command]
}

const us = ['10.77.0.1', 'dev', 'eth0']

/** Whether what the peer sends to us alone reaches us. */
async function hear(well: boolean, network: Network, peer: Peer, { shouts }: Client) {
  const deaf = `net.ipv4.conf.br0.drop_unicast_in_l2_multicast=${well ? 0 : 1}`
  if (shouts) await network.run(['sysctl', '-qw', deaf])
  const nobody = well ? [] : ['lladdr', '02:00:00:00:00:99', 'nud', 'permanent']
  const how = ['ip', 'neighbour', well ? 'delete' : 'replace', ...us, ...nobody]
  await run(inside(peer, how))
}

/** Option 61 of a client that shares its MAC with others, as ipvlan and some Wi-Fi bridges make it. */
const clientId = (hex: string) => ['-x', `0x3d:00${hex}`]

t.test('two clients behind one MAC have an address each', { skip: obstacle }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const range = 'interface: br0, mode: server, range: 10.77.0.50-10.77.0.99, rivals: warn'
  const daemon = await quickDaemon(network, `  lab: { ${range}, lease: ${leaseSeconds}s }`).start()
  const peer = await network.addPeer('10.77.0.240')
  await run(inside(peer, ['ip', 'address', 'flush', 'dev', 'eth0']))
  const [plain] = clients
  if (!plain) return t.fail('no client')
  const one = startClient(peer, {
    ...plain,
    command: folder => [...plain.command(folder), ...clientId('6f6e65')],
  })
  t.teardown(one.remove)
  const [, address] = await one.step(1)
  const two = () => udhcpc(peer.namespace, 30, clientId('74776f'))
  t.match(await one.step(2), ['renew', address])
  const other = await two()
  t.match(other?.ip, /^10\.77\.0\.[5-9]\d$/)
  t.not(other?.ip, address, 'the first one renews, and its address answers')
  t.match(await one.step(3), ['renew', address], 'and it goes on')
  t.equal((await two())?.ip, other?.ip)
  t.equal(await daemon.kill('SIGTERM'), 0)
})

t.test('real clients lease, renew, rebind and release', { skip: obstacle }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const range = 'interface: br0, mode: server, range: 10.77.0.50-10.77.0.99, rivals: warn'
  const networks = `  lab: { ${range}, lease: ${leaseSeconds}s, router: 10.77.0.254 }`
  const daemon = await quickDaemon(network, networks).start()
  const peers = await Promise.all(clients.map((_, n) => network.addPeer(`10.77.0.${240 + n}`)))
  const leaseAt = async (address: string) => {
    const { leases } = (await daemon.api('/api/v1/leases')).body
    return leases.find((lease: { address: string }) => lease.address === address)
  }

  const follow = async (t: Test, client: Client, peer: Peer) => {
    await run(inside(peer, ['ip', 'address', 'flush', 'dev', 'eth0']))
    const { step, release, remove } = startClient(peer, client)
    t.teardown(remove)
    const [lease, address = ''] = await step(1)
    t.equal(lease, client.steps.lease)
    t.match(address, /^10\.77\.0\.[5-9]\d$/)
    const first = await leaseAt(address)
    t.match(first, { state: 'active', network: 'lab' })

    t.strictSame(await step(2), [client.steps.renew, address], 'it renews and keeps its address')
    const renewed = await leaseAt(address)
    t.ok(renewed.end > first.end, 'and we know that it lasts longer')

    await hear(false, network, peer, client)
    t.strictSame(await step(3), [client.steps.rebind, address], 'it asks everybody, and keeps it')
    t.ok((await leaseAt(address)).end > renewed.end)

    await hear(true, network, peer, client)
    await release()
    await waitUntil(`the release of ${client.name}`, 10, async () =>
      (await leaseAt(address)).state === 'released' ? true : undefined,
    )
  }
  t.jobs = clients.length
  await Promise.all(
    clients.map((client, n) => {
      const skip = existsSync(client.program) ? false : `it needs the package ${client.package}`
      return t.test(client.name, { skip, buffered: true }, async t => {
        const peer = peers[n]
        if (peer) await follow(t, client, peer)
      })
    }),
  )
  t.equal(await daemon.kill('SIGTERM'), 0)
})
