import type { ChildProcess } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Network } from './network.ts'

/**
 * Answers whoever looks for an IPv6 router on the bridge: there is one, and it leads nowhere. iPXE asks it
 * beside DHCP, and waits 15 s before it goes on without an answer. With a `prefix` it is a router as they are: it
 * sends machines to DHCPv6, and lets them make addresses of their own besides.
 */
export async function startIpv6Router(
  network: Network,
  folder: string,
  prefix?: string,
): Promise<ChildProcess> {
  const settings = ['disable_ipv6=0', 'accept_dad=0', 'forwarding=1']
  const keys = settings.map(setting => `net.ipv6.conf.${network.bridge}.${setting}`)
  await network.run(['sysctl', '-qw', ...keys])
  const config = join(folder, 'radvd.conf')
  const nowhere = 'AdvDefaultLifetime 0;'
  const stateful = `AdvManagedFlag on; AdvOtherConfigFlag on; prefix ${prefix} {};`
  const settings6 = prefix === undefined ? nowhere : stateful
  writeFileSync(config, `interface ${network.bridge} { AdvSendAdvert on; ${settings6} };\n`)
  return network.start(['radvd', '-n', '-m', 'none', '-C', config, '-p', join(folder, 'radvd.pid')])
}
