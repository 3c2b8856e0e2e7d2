import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon } from './clients.ts'
import { addIpv6, addLinkLocal, serverNetwork6 } from './ipv6-link.ts'
import { createNetwork, type Peer } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const obstacle = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

/** A third of a minute: T1 is half of it, T2 four fifths. */
const leaseSeconds = 20

/** A DHCPv6 client of Debian on `eth0`. */
interface Client6 {
  readonly name: string
  readonly program: string
  readonly package: string
  command(folder: string): readonly string[]
  readonly steps: { readonly lease: string; readonly renew: string }
  /** What makes it give its lease back. */
  readonly release?: NodeJS.Signals
}

const clients: readonly Client6[] = [
  {
    name: 'dhclient',
    program: '/usr/sbin/dhclient',
    package: 'isc-dhcp-client',
    command: folder => [
      ...['dhclient', '-6', '-d', '-cf', '/dev/null', '-sf', join(folder, 'script')],
      ...['-lf', join(folder, 'leases'), '-pf', join(folder, 'pid'), 'eth0'],
    ],
    steps: { lease: 'BOUND6', renew: 'RENEW6' },
  },
  {
    name: 'dhcpcd',
    program: '/usr/sbin/dhcpcd',
    package: 'dhcpcd-base',
    // It keeps its pid and its leases at fixed places, which are its own here.
    command: folder => {
      const own = ['/run/dhcpcd', '/var/lib/dhcpcd'].map(
        at => `mkdir -p ${at}; mount -t tmpfs t ${at}`,
      )
      const dhcpcd = `exec dhcpcd -6 -B --ia_na -f /dev/null -c ${folder}/script eth0`
      return ['unshare', '--mount', 'sh', '-c', [...own, dhcpcd].join('; ')]
    },
    steps: { lease: 'BOUND6', renew: 'RENEW6' },
    release: 'SIGALRM',
  },
]

/** Notes each step with the address; dhclient leaves it to the script to put that on the card. */
const script = (folder: string) => `#!/bin/sh
case "$reason" in BOUND6|RENEW6|REBIND6)
  ip address replace "\${new_ip6_address:-$new_dhcp6_ia_na1_ia_addr1}/128" dev eth0 nodad 2>/dev/null
  echo "$reason \${new_ip6_address:-$new_dhcp6_ia_na1_ia_addr1}" >> ${folder}/steps
esac
exit 0
`

function startClient(t: Test, peer: Peer, client: Client6) {
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-client6-'))
  writeFileSync(join(folder, 'script'), script(folder))
  chmodSync(join(folder, 'script'), 0o755)
  const child = peer.start(client.command(folder))
  t.teardown(() => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (text: Buffer) => said.push(text.toString()))
  const taken = () => {
    const file = join(folder, 'steps')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }
  return {
    step: (count: number) =>
      waitUntil(
        () => `step ${count} of ${client.name}, only ${taken()}: ${said.join('')}`,
        60,
        () => taken()[count - 1]?.split(' '),
      ),
    kill: (signal: NodeJS.Signals) => child.kill(signal),
  }
}

t.test('real clients lease, renew and release an IPv6 address', { skip: obstacle }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  await addIpv6(network)
  const lines = ['interface: br0', 'mode: none', `lease: ${leaseSeconds}s`]
  const six = serverNetwork6.trim().split(/\n */)
  const quick = quickDaemon(network, `  lab: { ${[...lines, ...six].join(', ')} }`)
  const daemon = await quick.start()
  const leaseAt = async (address: string) => {
    const { leases } = (await daemon.api('/api/v1/leases')).body
    return leases.find((lease: { address: string }) => lease.address === address)
  }

  t.jobs = clients.length
  await Promise.all(
    clients.map((client, n) => {
      const skip = existsSync(client.program) ? false : `it needs the package ${client.package}`
      return t.test(client.name, { skip, buffered: true }, async t => {
        const mac = n === 0 ? node1 : '52:54:00:12:34:71'
        const peer = await network.addPeer(`10.77.0.${240 + n}`)
        // The first hides its MAC: only the kernel's neighbour table and its DUID tell it.
        await addLinkLocal(peer, mac, n === 0 ? 'fe80::1234:5678:9abc:def0' : undefined)
        const { step, kill } = startClient(t, peer, client)
        const [lease, address = ''] = await step(1)
        t.equal(lease, client.steps.lease)
        t.match(address, /^2001:db8:77::/)
        const first = await leaseAt(address)
        t.match(first, { state: 'active', network: 'lab', mac, host: n === 0 ? 'node1' : null })
        t.strictSame(
          await step(2),
          [client.steps.renew, address],
          'it renews and keeps its address',
        )
        t.ok((await leaseAt(address)).end > first.end)
        if (!client.release) return
        kill(client.release)
        await waitUntil(`the release of ${client.name}`, 10, async () =>
          (await leaseAt(address)).state === 'released' ? true : undefined,
        )
      })
    }),
  )
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /DHCPv6 SOLICIT -> ADVERTISE 2001:db8:77::/)
  t.match(stdout, /DHCPv6 RENEW -> REPLY 2001:db8:77::/)
  if (existsSync('/usr/bin/tshark')) {
    const url = 'http://127.0.0.1:8080/api/v1/hosts/node1/packets.pcap'
    const fields = '-T fields -e dhcpv6.msgtype -e udp.checksum.status'
    const token = join(quick.folder, 'token')
    const file = join(quick.folder, 'packets.pcap')
    const fetch = `curl -s -H "Authorization: Bearer $(cat ${token})" -o ${file} ${url}`
    const read = `tshark -o udp.check_checksum:TRUE -r ${file} ${fields}`
    const packets = (await network.run(['sh', '-c', `${fetch}; ${read}`])).split('\n')
    const right = '1'
    for (const type of ['1', '2', '3', '7', '5'])
      t.ok(packets.includes(`${type}\t${right}`), packets.join())
  }
  t.equal(await daemon.kill('SIGTERM'), 0)
})
