import { join } from 'node:path'
import type { Host } from '../boot/host.ts'
import type { InstallDeps } from '../install/deps.ts'
import type { World } from '../world/world.ts'
import { networksOfCard } from './networks-of-card.ts'

/**
 * The image that the BMC of a host is given: its own, `media/HOST.iso` in assets, else `media.iso`, from our
 * address in the network of the host.
 */
export function createMediumOf(
  world: Pick<World, 'config' | 'networks' | 'place'>,
  { publish }: Pick<InstallDeps, 'publish'>,
): InstallDeps['mediumOf'] {
  return ({ name, power, nics }: Host) => {
    const { assets, power: ways } = world.config()
    const by = power?.by ?? ''
    if (ways.get(by)?.kind !== 'redfish') return { refused: { code: 'medium-not-redfish', by } }
    const common = join(assets, 'media.iso')
    const asset = publish(join(assets, 'media', `${name}.iso`)) ?? publish(common)
    if (!asset) return { refused: { code: 'no-medium', path: common } }
    const [network] = nics.flatMap(nic => networksOfCard(nic, world.networks()))
    if (!network) return { refused: { code: 'medium-no-network', host: name } }
    return { url: `${world.place(network).serverUrl}${asset.url}` }
  }
}
