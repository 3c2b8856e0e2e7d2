import type { ChildProcess } from 'node:child_process'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './command.ts'
import type { Network, Peer } from './network.ts'
import { waitUntil } from './wait.ts'

/** Where a router is to be: a computer, and its card. */
type RouterPlace = Pick<Peer, 'namespace' | 'start'> & { readonly device: string }

/**
 * Answers whoever looks for an IPv6 router on the bridge: there is one, and it leads nowhere. iPXE asks it
 * beside DHCP, and waits 15 s before it goes on without an answer. With a `prefix` it is a router as they are: it
 * sends machines to DHCPv6, and lets them make addresses of their own besides.
 */
export function startIpv6Router(
  { namespace, start, bridge: device }: Network,
  folder: string,
  prefix?: string,
): Promise<ChildProcess> {
  const nowhere = 'AdvDefaultLifetime 0;'
  const stateful = `AdvManagedFlag on; AdvOtherConfigFlag on; prefix ${prefix} {};`
  return startRadvd({ namespace, start, device }, folder, prefix === undefined ? nowhere : stateful)
}

/** radvd with these settings of its card, when it is up. */
export async function startRadvd(
  { namespace, start, device }: RouterPlace,
  folder: string,
  says: string,
): Promise<ChildProcess> {
  const settings = ['disable_ipv6=0', 'accept_dad=0', 'forwarding=1']
  const keys = settings.map(setting => `net.ipv6.conf.${device}.${setting}`)
  await run(['ip', 'netns', 'exec', namespace, 'sysctl', '-qw', ...keys])
  const [config, pidFile] = [join(folder, 'radvd.conf'), join(folder, 'radvd.pid')]
  writeFileSync(config, `interface ${device} { AdvSendAdvert on; ${says} };\n`)
  rmSync(pidFile, { force: true })
  const radvd = start(['radvd', '-n', '-m', 'none', '-C', config, '-p', pidFile])
  const isUp = () => (statSync(pidFile, { throwIfNoEntry: false })?.size ?? 0) > 0 || undefined
  await waitUntil('radvd', 10, isUp)
  return radvd
}
