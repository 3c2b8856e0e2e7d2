import type { Network } from '../boot/host.ts'
import { hasIpv4, isOnOurLink6 } from '../boot/network-address.ts'
import type { NetworkSettings } from '../config/config.ts'
import { hasIpv6Alone } from '../config/networks6.ts'
import { type OwnAddress, settle } from '../system/interfaces.ts'
import { type OwnAddress6, settle6 } from '../system/interfaces6.ts'

/** A network as far as it can be served now, and what it waits for, a sentence each. */
export interface SettledNetwork {
  readonly name: string
  readonly network?: Network
  readonly waits: readonly string[]
}

/**
 * Each network in the families that our addresses have for it. One that gives nothing by IPv4 and says
 * nothing of it does not wait for it. Pure.
 */
export function settleNetworks(
  networks: readonly NetworkSettings[],
  own: readonly OwnAddress[],
  own6: readonly OwnAddress6[],
): SettledNetwork[] {
  return networks.map(settings => {
    const { name, ipv6 } = settings
    if (ipv6 && hasIpv6Alone(settings)) return settleIpv6First(settings, ipv6, own, own6)
    const four = settle(settings, own)
    if (!ipv6) {
      return four.ok ? { name, network: four.network, waits: [] } : { name, waits: [four.waits] }
    }
    const network = four.ok ? four.network : withoutIpv4(settings)
    const six = settle6(ipv6, network, own6)
    const waits = [four, six].flatMap(one => (one.ok ? [] : [one.waits]))
    if (six.ok) return { name, network: { ...network, ...placed(network, six) }, waits }
    return hasIpv4(network) ? { name, network, waits } : { name, waits }
  })
}

/** What has IPv4 besides is what the interface of its IPv6 has. */
function settleIpv6First(
  settings: NetworkSettings,
  ipv6: NonNullable<NetworkSettings['ipv6']>,
  own: readonly OwnAddress[],
  own6: readonly OwnAddress6[],
): SettledNetwork {
  const { name } = settings
  const six = settle6(ipv6, settings, own6)
  const device = settings.interface ?? (six.ok ? six.interface : undefined)
  // Behind a relay our interface is not theirs.
  const isHere = !six.ok || isOnOurLink6(six.ipv6)
  const four = settle(device === undefined ? settings : { ...settings, interface: device }, own)
  const network = isHere && four.ok ? four.network : withoutIpv4(settings)
  if (six.ok) return { name, network: { ...network, ...placed(network, six) }, waits: [] }
  return hasIpv4(network) ? { name, network, waits: [six.waits] } : { name, waits: [six.waits] }
}

function placed(
  { interface: device }: Pick<Network, 'interface'>,
  six: Extract<ReturnType<typeof settle6>, { ok: true }>,
): Pick<Network, 'ipv6' | 'interface'> {
  return { ipv6: six.ipv6, interface: device ?? six.interface }
}

/** What a network is without IPv4, as far as its settings say it. */
export function withoutIpv4(settings: NetworkSettings): Network {
  const { rivals: _, subnet: _s, serverAddress: _a, ipv6: _ipv6, ...rest } = settings
  return rest
}
