import type { Network, Nic } from '../boot/host.ts'
import { subnetContains } from '../wire/address.ts'

/** Where a card is plugged in: as the config says, as its address says, else it may be in any. */
export function networksOfCard(
  { network, address }: Nic,
  all: readonly Network[],
): readonly Network[] {
  if (network !== undefined) return all.filter(({ name }) => name === network)
  const around = all.filter(
    ({ subnet }) => address !== undefined && subnetContains(subnet, address),
  )
  return around.length > 0 ? around : all
}
