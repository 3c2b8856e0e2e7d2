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
  t.test(`${name} takes the lines for every kind of machine`, how, async t => {
    const file = join(makeFolder(t), 'config')
    const explain = [process.execPath, main, 'explain', '--config', example, '--dhcp', name]
    const { config, command } = checks[name]
    writeFileSync(file, config((await attempt(explain)).stdout))
    t.match(await attempt(command(file)), { code: 0 })
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
