import type { Nic } from '../boot/host.ts'
import type { Config } from '../config/config.ts'
import type { Mac } from '../wire/address.ts'
import { createAddressSet } from '../wire/address-set.ts'

/** The MACs that each address is reserved for. */
export function reservationsIn(config: Config) {
  const ipv4 = reservationsOf(config, nic => nic.address)
  // Until its machine was found it is nobody's.
  for (const { foundBy } of config.hosts.values()) {
    const address = foundBy?.card.address
    if (address !== undefined && !ipv4.has(address)) ipv4.set(address, [])
  }
  const ipv6 = reservationsOf(config, nic => nic.address6)
  return { ipv4, ipv6, set: createAddressSet(ipv4.keys()) }
}

function reservationsOf<A>(
  config: Config,
  addressOf: (nic: Nic) => A | undefined,
): Map<A, readonly Mac[]> {
  const reserved = new Map<A, readonly Mac[]>()
  for (const host of config.hosts.values()) {
    for (const nic of host.nics) {
      const address = addressOf(nic)
      if (address !== undefined) reserved.set(address, [...(reserved.get(address) ?? []), nic.mac])
    }
  }
  return reserved
}
