import type { Caller } from '../boot/deliver.ts'
import type { Host, Network } from '../boot/host.ts'
import { isInNetwork, serverAddressesOf } from '../boot/network-address.ts'

/**
 * The network of whoever asks: the one whose subnet has its address. Several networks may share one
 * address of ours. From an address of no network (through NAT) it is one that reaches us there: the
 * host's, where the config says it, else one that does not trust everybody. Pure.
 */
export function networkOf(
  { address, localAddress }: Caller,
  networks: readonly Network[],
  host?: Host,
): Network | undefined {
  const around = networks.find(network => isInNetwork(network, address))
  if (around) return around
  const here = networks.filter(network => serverAddressesOf(network).includes(localAddress))
  const own = host && here.find(network => placeIn(network, host) === 'here')
  return own ?? strictest(here) ?? strictest(networks)
}

/** Where the config says that a host is, as seen from a network. */
export function placeIn(network: Network, { nics }: Host): 'here' | 'elsewhere' | 'unsaid' {
  const said = nics.filter(
    nic => nic.network !== undefined || nic.address !== undefined || nic.address6 !== undefined,
  )
  const isHere = said.some(nic => {
    if (nic.network !== undefined) return nic.network === network.name
    const own = [nic.address, nic.address6]
    return own.some(address => address !== undefined && isInNetwork(network, address))
  })
  if (isHere) return 'here'
  return said.length > 0 ? 'elsewhere' : 'unsaid'
}

function strictest(networks: readonly Network[]): Network | undefined {
  return networks.find(({ trust }) => trust !== 'url') ?? networks[0]
}
