import { given } from '../../base/given.ts'
import { isInNetwork, serverAddressFor } from '../../boot/network-address.ts'
import type { Peer } from '../../tftp/files.ts'
import type { PeerTerms } from '../../tftp/terms.ts'
import { subnetContains } from '../../wire/address.ts'
import type { Parts } from '../parts.ts'

/**
 * Whom TFTP serves, and how. Anybody can forge a request in the name of a machine that then gets the
 * file: so only those in our networks are answered, and those that the config allows.
 */
export function tftpTerms({ world, macsOf }: Pick<Parts, 'world' | 'macsOf'>) {
  const blockSizeOf = (address: Peer['address']) => {
    if (!world.hasBlockSizes()) return undefined
    const sizes = macsOf(address).map(mac => world.hostOf(mac)?.tftpBlockSize)
    return sizes.find(size => size !== undefined)
  }

  return ({ address }: Peer): PeerTerms => {
    const { allow, singlePort } = world.config().tftp
    const networks = world.networks()
    const network = networks.find(one => isInNetwork(one, address))
    const blockSize = given('blockSize', blockSizeOf(address))
    if (network && network.trust !== 'url' && !singlePort) {
      return { kind: 'served', from: serverAddressFor(network, address), ...blockSize }
    }
    // Whoever comes through NAT comes from anywhere, and hears us only from the port that it asked.
    const isAllowed =
      network !== undefined ||
      networks.some(({ trust }) => trust === 'url') ||
      (typeof address === 'number' && allow.some(subnet => subnetContains(subnet, address)))
    return isAllowed ? { kind: 'served', ...blockSize } : { kind: 'ignored' }
  }
}
