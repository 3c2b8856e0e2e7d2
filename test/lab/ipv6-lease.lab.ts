import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon } from './clients.ts'
import { dhclient6, dhcpcd6, networkd6, startClient } from './clients6.ts'
import { attempt } from './command.ts'
import { type Daemon, main } from './daemon.ts'
import { addIpv6, addLinkLocal, serverAddress6, serverNetwork6 } from './ipv6-link.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'
import { waitUntil } from './wait.ts'

const obstacle = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(3))

/** A third of a minute: T1 is half of it, T2 four fifths. */
const leaseSeconds = 20

const clients = [dhclient6, dhcpcd6, networkd6]

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
        const mac = n === 0 ? node1 : `52:54:00:12:34:7${n}`
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

t.test('a machine without any IPv4 address serves a network', { skip: obstacle }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  await addIpv6(network)
  await network.run(['ip', '-4', 'address', 'flush', 'dev', 'br0'])
  await network.run(['ip', 'address', 'del', '127.0.0.1/8', 'dev', 'lo'])
  await network.run(['sysctl', '-qw', 'net.ipv6.conf.lo.disable_ipv6=0'])
  const six = serverNetwork6.trim().split(/\n */)
  const lines = ['interface: br0', 'mode: none', ...six].join(', ')
  const quick = quickDaemon(network, `  lab: { ${lines} }\nsyslog: {}\n`)
  const daemon = await quick.start()
  const config = ['--config', join(quick.folder, 'config.yaml')]
  const cli = (...args: string[]) => network.attempt([process.execPath, main, ...args])
  const asked = (...args: string[]) => cli(...args, '--token-file', join(quick.folder, 'token'))

  const said = daemon.log.map(({ msg }) => msg)
  t.ok(said.includes('network lab: DHCPv6 server, 2001:db8:77::/64 on br0, as 2001:db8:77::1'))
  t.ok(said.some(line => line?.startsWith('page and API: http://[::1]:8080/')))
  t.equal(
    daemon.log.find(({ level }) => level === 'warn' || level === 'error'),
    undefined,
  )
  const sockets = '/proc/net/udp /proc/net/tcp /proc/net/raw'.split(' ')
  t.strictSame(await network.run(['sh', '-c', `cat ${sockets.join(' ')} | grep -v sl || true`]), '')

  t.match(await cli('check', ...config), { code: 0 })
  t.match(await cli('healthy', ...config), { code: 0, stdout: /ready/ })
  t.match(await cli('ready', 'lab'), { code: 0 })
  const explained = await cli('explain', ...config, '--mac', node1, '--whole')
  t.match(explained, { code: 0, stdout: /tftp:\/\/\[2001:db8:77::1\]\// })
  t.match(await cli('init', '--yes', '--config', join(quick.folder, 'other.yaml')), {
    code: 1,
    stderr: /mode: none, mode6: server, range6: "2001:db8:77::1000-2001:db8:77::ffff"/,
  })
  t.match(await asked('hosts'), { code: 0, stdout: /node1/ })
  t.match(await asked('doctor', 'node1'), { code: 0 })
  const status = await network.run(curl(quick.folder, '/api/v1/status'))
  t.match(JSON.parse(status).networks, [
    { waits: null, subnet: null, serverAddress: null, serverAddress6, subnet6: '2001:db8:77::/64' },
  ])
  t.match(await network.run(curl(quick.folder, '/')), /<html/)

  const peer = await network.addPeer('10.77.0.240')
  const { namespace } = peer
  await addLinkLocal(peer, node1)
  const inside = (...command: string[]) => attempt(['ip', 'netns', 'exec', namespace, ...command])
  await inside('ip', '-4', 'address', 'flush', 'dev', 'eth0')
  await inside('ip', 'address', 'add', '2001:db8:77::77/64', 'dev', 'eth0', 'nodad')
  const url = (scheme: string, path: string) => `${scheme}://[${serverAddress6}]${path}`
  t.match(await inside('curl', '-gsS', url('tftp', '/linux')), { code: 0, stdout: 'linux' })
  t.match(await inside('curl', '-gsS', url('http', ':8080/assets/linux')), { stdout: 'linux' })
  t.equal((await inside('logger', '-n', serverAddress6, '-d', 'by IPv6')).code, 0)
  const events = async () => (await asked('events', 'node1')).stdout
  await waitUntil('its syslog', 10, async () => /by IPv6/.test(await events()) || undefined)
  t.equal(await daemon.kill('SIGTERM'), 0)
})

/** Each is killed after so many leases more. */
const killAfter = [150, 40, 220]

t.test('kill -9 under perfdhcp -6: no lease is forgotten', { skip: obstacle }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  await addIpv6(network)
  const six = serverNetwork6.trim().split(/\n */)
  const quick = quickDaemon(
    network,
    `  lab: { ${['interface: br0', 'mode: none', ...six].join(', ')} }\n`,
  )
  const peer = await network.addPeer('10.77.0.240')
  // An address that tells no MAC leaves clients behind it those of their DUIDs.
  await addLinkLocal(peer, node1, 'fe80::240')
  const told = new Map<string, string>()
  const twice: string[] = []
  let daemon = await quick.start()
  for (const [round, more] of killAfter.entries()) {
    const enough = (await leasesAt(daemon)).length + more
    const capture = join(quick.folder, `round${round}.pcap`)
    const tshark = peer.start(['tshark', '-q', '-i', 'eth0', '-f', 'udp port 547', '-w', capture])
    await waitUntil('the capture', 20, () => existsSync(capture) || undefined)
    const clients = ['-R', '5000', '-b', `mac=00:0c:0${round}:00:00:00`]
    const load = peer.start([
      'perfdhcp',
      '-6',
      '-A',
      '1',
      '-l',
      'eth0',
      ...clients,
      '-r',
      '300',
      '-p',
      '60',
      'all',
    ])
    await waitUntil('leases', 30, async () => {
      return (await leasesAt(daemon)).length >= enough || undefined
    })
    await daemon.kill('SIGKILL')
    load.kill('SIGKILL')
    tshark.kill('SIGINT')
    await once(tshark, 'close')
    const fields = ['dhcpv6.iaaddr.ip', 'dhcpv6.duidllt.link_layer_addr'].flatMap(f => ['-e', f])
    const replies = ['-Y', 'dhcpv6.msgtype == 7', '-T', 'fields', ...fields]
    const { stdout } = await attempt(['tshark', '-r', capture, ...replies])
    for (const line of stdout.split('\n').filter(Boolean)) {
      const [address = '', mac = ''] = line.split('\t')
      if ((told.get(address) ?? mac) !== mac) twice.push(line)
      told.set(address, mac)
    }
    t.strictSame(twice, [], `round ${round}: no address is given to two machines`)
    daemon = await quick.start()
    const known = new Map((await leasesAt(daemon)).map(({ address, mac }) => [address, mac]))
    const lost = [...told].filter(([address, mac]) => known.get(address) !== mac)
    t.strictSame(lost, [], `round ${round}: every lease that was told is known`)
  }
  t.ok(told.size > 300, `${told.size} leases`)
  t.equal(await daemon.kill('SIGTERM'), 0)
})

async function leasesAt(daemon: Daemon): Promise<readonly Lease6Row[]> {
  return (await daemon.api('/api/v1/leases')).body.leases
}

interface Lease6Row {
  readonly address: string
  readonly mac: string
}

function curl(folder: string, path: string): string[] {
  const token = `Authorization: Bearer ${readFileSync(join(folder, 'token'), 'utf8').trim()}`
  return ['curl', '-gsS', '-H', token, '-H', 'Accept: */*', `http://[::1]:8080${path}`]
}
