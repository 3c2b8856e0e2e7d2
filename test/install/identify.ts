import { identify } from '../../src/boot/identity.ts'
import type { InstallDeps } from '../../src/install/deps.ts'

/** A network of this name trusts everybody who knows the URL. */
export const nat = 'nat'

/** Judges requests by what `macsOf` says of their addresses, as behind a relay. */
export function identifyBy(macsOf: InstallDeps['macsOf']): InstallDeps['identify'] {
  return ({ host, address, network, uuid, attempt }) =>
    identify({
      host,
      trust: network === nat ? 'url' : 'lease',
      address,
      owners: { by: 'dhcp', macs: macsOf(address) },
      uuid,
      knownUuid: undefined,
      attemptAt: attempt?.address,
    })
}
