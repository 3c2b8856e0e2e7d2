import type { Network } from './network.ts'

/** What bridges keep to themselves, unless told otherwise: 01:80:c2:00:00:0e, to which LLDP goes (IEEE 802.1Q). */
const lldpGroup = 1 << 14

/** lldpd says to all machines of a network that they hang on this port of this switch, every other second. */
export async function startSwitch(network: Network, name: string, port: string): Promise<void> {
  const bridge = ['ip', 'link', 'set', network.bridge, 'type', 'bridge']
  await network.run([...bridge, 'group_fwd_mask', String(lldpGroup)])
  const peer = await network.addPeer('10.77.0.250')
  const config = [
    `configure system hostname "${name}"`,
    `configure ports eth0 lldp portidsubtype local "${port}"`,
    'configure lldp tx-interval 2',
  ].join('\n')
  // Its home is /run, where another one may be; it reads its config as somebody else than root.
  const home = 'mount -t tmpfs run /run && mkdir /run/lldpd && echo "$1" > /run/switch.conf'
  const start = `${home} && exec lldpd -d -O /run/switch.conf`
  peer.start(['unshare', '--mount', 'sh', '-c', start, 'lldpd', config])
}
