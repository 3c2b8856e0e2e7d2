import { run } from './command.ts'
import type { Network, Peer } from './network.ts'

/** Our address on the bridge, in 2001:db8:77::/64. */
export const serverAddress6 = '2001:db8:77::1'

/** The lines of a network where the daemon gives IPv6 addresses, indented by four. */
export const serverNetwork6 = `    mode6: server
    range6: 2001:db8:77::1000-2001:db8:77::ffff`

/** Gives the bridge IPv6. */
export async function addIpv6(network: Network): Promise<void> {
  await network.run(['sysctl', '-qw', `net.ipv6.conf.${network.bridge}.disable_ipv6=0`])
  const address = `${serverAddress6}/64`
  await network.run(['ip', 'address', 'add', address, 'dev', network.bridge, 'nodad'])
}

/** Gives `eth0` of another computer a link-local address, of its MAC or of its own choice as systems with privacy do. */
export async function addLinkLocal({ namespace }: Peer, mac: string, own?: string): Promise<void> {
  const inside = (...command: string[]) => run(['ip', 'netns', 'exec', namespace, ...command])
  await inside('ip', 'link', 'set', 'eth0', 'down')
  await inside('ip', 'link', 'set', 'eth0', 'address', mac)
  if (own !== undefined) await inside('sysctl', '-qw', 'net.ipv6.conf.eth0.addr_gen_mode=1')
  await inside(
    'sysctl',
    '-qw',
    'net.ipv6.conf.eth0.disable_ipv6=0',
    'net.ipv6.conf.eth0.accept_dad=0',
  )
  await inside('ip', 'link', 'set', 'eth0', 'up')
  if (own !== undefined) await inside('ip', 'address', 'add', `${own}/64`, 'dev', 'eth0', 'nodad')
}
