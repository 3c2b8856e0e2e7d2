import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { makeFolder } from '../folder.ts'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon } from './clients.ts'
import { attempt } from './command.ts'
import { main } from './daemon.ts'
import { iscConfig, keaConfig, startForeignDhcp, startIsc, startKea } from './foreign-dhcp.ts'
import { foreignDhcp6, startForeignDhcp6 } from './foreign-dhcp6.ts'
import { addIpv6, addLinkLocal, serverAddress6 } from './ipv6-link.ts'
import { createNetwork, type Network } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

const example = fileURLToPath(new URL('../../config/example.yaml', import.meta.url))

/** Servers of others, with what `explain --dhcp` prints for them as their config. */
const servers = {
  async dnsmasq(network: Network, folder: string, lines: string) {
    const config = join(folder, 'dnsmasq.conf')
    writeFileSync(config, lines)
    await startForeignDhcp(network, '10.77.0.2', config)
  },
  kea: (network: Network, folder: string, lines: string) =>
    startKea(network, '10.77.0.2', folder, JSON.parse(lines)),
  isc: (network: Network, folder: string, lines: string) =>
    startIsc(network, '10.77.0.2', folder, lines),
}

/** A whole config of each with these lines, and how it looks at that without serving it. */
const checks = {
  dnsmasq: {
    config: (lines: string) => lines,
    command: (file: string) => ['dnsmasq', '--test', `--conf-file=${file}`],
  },
  kea: {
    // It wants to see the interfaces that it listens at also when it only looks.
    config: (lines: string) =>
      JSON.stringify(
        keaConfig('10.77.0.2', {
          ...JSON.parse(lines),
          'interfaces-config': { interfaces: [] },
        }),
      ),
    command: (file: string) => ['kea-dhcp4', '-t', file],
  },
  isc: {
    config: (lines: string) => iscConfig('10.77.0.2', lines),
    command: (file: string) => ['/usr/sbin/dhcpd', '-4', '-t', '-cf', file],
  },
}

const names = Object.keys(servers) as (keyof typeof servers)[]
// Side by side: the probe mostly waits for answers that do not come.
t.jobs = names.length
for (const name of names) {
  const how = { skip, buffered: true }
  t.test(`${name} says what we would say`, how, t => answersAsWeDo(t, name))
  t.test(`${name} says over IPv6 what we would say`, how, t => answersOverIpv6(t, name))
  t.test(`${name} takes the lines for every kind of machine`, how, async t => {
    const file = join(makeFolder(t), 'config')
    const explain = [process.execPath, main, 'explain', '--config', example, '--dhcp', name]
    const { config, command } = checks[name]
    writeFileSync(file, config((await attempt(explain)).stdout))
    t.match(await attempt(command(file)), { code: 0 })
    const six = foreignDhcp6[name]
    writeFileSync(file, six.config((await attempt([...explain, '--ipv6'])).stdout))
    t.match(await attempt(six.check(file)), { code: 0 })
  })
}

async function answersAsWeDo(t: Test, name: keyof typeof servers): Promise<void> {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const quick = quickDaemon(network, '  lab: { interface: br0, mode: none }\n')
  const { folder } = quick
  await quick.start()
  const config = ['--config', join(folder, 'config.yaml')]
  const lines = await network.run([process.execPath, main, 'explain', ...config, '--dhcp', name])
  await servers[name](network, folder, lines)
  const { namespace } = await network.addPeer('10.77.0.9')
  const probe = [process.execPath, main, 'probe', '--json', '--mac', node1]
  const { stdout } = await attempt(['ip', 'netns', 'exec', namespace, ...probe])
  const { met } = JSON.parse(stdout)
  const url = 'http://10.77.0.1:8080'
  t.match(met, [
    { as: 'bios', file: 'undionly.kpxe', fetched: { ok: true } },
    { as: 'uefi', file: 'snponly.efi', fetched: { ok: true } },
    { as: 'uefi-http', file: `${url}/loaders/snponly.efi`, fetched: { ok: true } },
    { as: 'ipxe', file: `${url}/boot.ipxe` },
  ])
}

/** A host whose card has a loader of its own: dnsmasq alone sees the MAC. */
const ownLoader = `hosts:
  node1: { mac: "${node1}", profile: lab, loader: ipxe.efi }
`
const player = fileURLToPath(new URL('play-solicits.ts', import.meta.url))

async function answersOverIpv6(t: Test, name: keyof typeof servers): Promise<void> {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  await addIpv6(network)
  const lab = '  lab: { interface: br0, mode: none, mode6: boot }\n'
  const { folder } = quickDaemon(network, lab, [], ownLoader)
  const config = ['--config', join(folder, 'config.yaml')]
  const explain = [process.execPath, main, 'explain', ...config, '--dhcp', name, '--ipv6']
  await startForeignDhcp6(network, name, folder, await network.run(explain))
  const asks = async (mac: string) => {
    const peer = await network.addPeer('10.77.0.9')
    await addLinkLocal(peer, mac)
    const captures = ['ovmf-pxe-solicit', 'ovmf-http-solicit', 'ipxe-solicit']
    const { stdout } = await peer.attempt([process.execPath, player, ...captures])
    return JSON.parse(stdout)
  }
  const said = (loader: string) => [
    { as: 'ovmf-pxe-solicit', url: `tftp://[${serverAddress6}]/${loader}` },
    {
      as: 'ovmf-http-solicit',
      url: `http://[${serverAddress6}]:8080/loaders/${loader}`,
      class: 'HTTPClient',
    },
    { as: 'ipxe-solicit', url: `http://[${serverAddress6}]:8080/boot.ipxe` },
  ]
  t.strictSame(await asks('52:54:00:12:34:71'), said('snponly.efi'))
  t.strictSame(await asks(node1), said(name === 'dnsmasq' ? 'ipxe.efi' : 'snponly.efi'))
}
