import type { Network, Nic } from '../boot/host.ts'
import { isInNetwork } from '../boot/network-address.ts'

/** Where a card is plugged in: as the config says, as its addresses say, else it may be in any. */
export function networksOfCard(nic: Nic, all: readonly Network[]): readonly Network[] {
  if (nic.network !== undefined) return all.filter(({ name }) => name === nic.network)
  const around = all.filter(one => hasAddressIn(nic, one))
  return around.length > 0 ? around : all
}

function hasAddressIn({ address, address6 }: Nic, network: Network): boolean {
  return [address, address6].some(one => one !== undefined && isInNetwork(network, one))
}
