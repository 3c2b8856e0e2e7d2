import type { NetworkSettings } from '../config/config.ts'
import { subnetContains } from '../wire/address.ts'

type Settings = Pick<NetworkSettings, 'name' | 'mode' | 'interface' | 'subnet' | 'serverAddress'>

/**
 * Why these networks cannot be served together, in one sentence: Node does not tell by which interface
 * a broadcast came, so several need a socket each that is tied to its interface. Networks behind relays
 * (our address is not in their subnet) and those without DHCP need none. Pure.
 */
export function whyNotTogether(
  networks: readonly Settings[],
  tied: readonly string[],
): string | undefined {
  const local = networks.filter(network => network.mode !== 'none' && !isBehindRelay(network))
  const links = new Set(local.map(network => network.interface ?? network.name))
  const without = local.filter(n => n.interface === undefined || !tied.includes(n.interface))
  if (without.length === 0 || (links.size < 2 && tied.length === 0)) return undefined
  const names = without.map(({ name }) => name).join(', ')
  const devices = [...new Set(local.map(network => network.interface ?? '<interface>'))]
  const units = devices.map(device => `bootwright-dhcp@${device}.socket`).join(' ')
  return (
    `DHCP on several networks needs a socket for each interface, and ${names} has none: ` +
    `under systemd \`systemd/socket-units ${devices.join(' ')}\` and \`systemctl enable --now ${units}\`, ` +
    `elsewhere \`systemd/with-sockets ${devices.join(' ')} -- bootwright serve …\`; ` +
    'each network must name its `interface`'
  )
}

function isBehindRelay({ interface: device, subnet, serverAddress }: Settings): boolean {
  if (device !== undefined || subnet === undefined || serverAddress === undefined) return false
  return !subnetContains(subnet, serverAddress)
}
