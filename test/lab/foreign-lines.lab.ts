import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon } from './clients.ts'
import { attempt } from './command.ts'
import { main } from './daemon.ts'
import { startForeignDhcp, startKea } from './foreign-dhcp.ts'
import { createNetwork, type Network } from './network.ts'
import { labObstacle } from './packages.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

/** Servers of others, with what `explain --dhcp` prints for them as their config. */
const servers = {
  async dnsmasq(network: Network, folder: string, lines: string) {
    const config = join(folder, 'dnsmasq.conf')
    writeFileSync(config, lines)
    await startForeignDhcp(network, '10.77.0.2', config)
  },
  kea: (network: Network, folder: string, lines: string) =>
    startKea(network, '10.77.0.2', folder, JSON.parse(lines)),
}

const names = Object.keys(servers) as (keyof typeof servers)[]
// Side by side: the probe mostly waits for answers that do not come.
t.jobs = names.length
for (const name of names) {
  const how = { skip, buffered: true }
  t.test(`${name} says what we would say`, how, t => answersAsWeDo(t, name))
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
