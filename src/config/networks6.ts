import { given } from '../base/given.ts'
import type { Host, Nic } from '../boot/host.ts'
import {
  block6Contains,
  formatSubnet6,
  type Ipv6,
  parseIpv6,
  parseRange6,
  parseSubnet6,
} from '../wire/ipv6.ts'
import { type Path, placesOf, type Report } from './check/mistake.ts'
import type { Network6Settings, NetworkSettings } from './config.ts'
import { defaults } from './defaults.ts'
import type { RawNetwork } from './schema/network.ts'

const keys = ['subnet6', 'serverAddress6', 'range6', 'dns6'] as const

/** What a network is in IPv6; nothing where it says nothing of it. */
export function resolveNetwork6(raw: RawNetwork): { readonly ipv6?: Network6Settings } {
  const mode = raw.mode6 ?? defaults.network.mode6
  if (mode === 'none') return {}
  return {
    ipv6: {
      mode,
      ...given('subnet', raw.subnet6 && parseSubnet6(raw.subnet6)),
      ...given('serverAddress', raw.serverAddress6 && parseIpv6(raw.serverAddress6)),
      ...given('range', raw.range6 && parseRange6(raw.range6)),
      dns: (raw.dns6 ?? []).flatMap(text => parseIpv6(text) ?? []),
    },
  }
}

/** Whether a network gives nothing by IPv4 and says nothing of it: it need not have any. */
export function hasIpv6Alone(network: NetworkSettings): boolean {
  const { mode, ipv6, subnet, serverAddress } = network
  return (
    ipv6 !== undefined && mode === 'none' && subnet === undefined && serverAddress === undefined
  )
}

/** What is wrong with the IPv6 settings of a network. */
export function checkNetwork6(network: NetworkSettings, raw: RawNetwork, report: Report): void {
  const { name, ipv6 } = network
  const path = ['networks', name]
  if (!ipv6) {
    for (const key of keys) {
      if (raw[key] === undefined) continue
      const also = placesOf(path, 'mode6')
      report([...path, key], 'has no meaning without `mode6: server`', true, also)
    }
    return
  }
  checkSpelling(raw, path, report)
  if (ipv6.mode === 'boot') {
    for (const key of ['range6', 'dns6'] as const)
      if (raw[key] !== undefined)
        report([...path, key], 'is for `mode6: server`', true, placesOf(path, 'mode6'))
  } else if (raw.range6 === undefined && network.leaseTo === 'all') {
    const message =
      '`mode6: server` needs a `range6` to lease, or `leaseTo: hosts` for reservations only'
    report(path, message, false, placesOf(path, 'range6', 'leaseTo'))
  }
  checkPlaces(network, ipv6, raw, report)
}

/** The shape tells IPv6 from other text only roughly. */
function checkSpelling(raw: RawNetwork, path: Path, report: Report): void {
  const { subnet6, serverAddress6, range6, dns6 = [] } = raw
  if (subnet6 !== undefined && !parseSubnet6(subnet6))
    report([...path, 'subnet6'], `"${subnet6}" is not a subnet; write it like fd00:77::/64`)
  if (serverAddress6 !== undefined && parseIpv6(serverAddress6) === undefined)
    report([...path, 'serverAddress6'], notAnAddress(serverAddress6))
  if (range6 !== undefined && !parseRange6(range6)) {
    const message = `"${range6}" is not a range; write it like fd00:77::1000-fd00:77::1fff`
    report([...path, 'range6'], message)
  }
  for (const [i, text] of dns6.entries())
    if (parseIpv6(text) === undefined) report([...path, 'dns6', i], notAnAddress(text))
}

function notAnAddress(text: string): string {
  return `"${text}" is not an IPv6 address; write it like fd00:77::1`
}

function checkPlaces(
  network: NetworkSettings,
  { subnet: subnet6, serverAddress, range }: Network6Settings,
  raw: RawNetwork,
  report: Report,
): void {
  const { name, interface: device, subnet } = network
  const path = ['networks', name]
  if (!subnet6) return
  const written = `the subnet ${formatSubnet6(subnet6)}`
  if (raw.subnet6 !== formatSubnet6(subnet6)) {
    const right = formatSubnet6(subnet6)
    report([...path, 'subnet6'], `"${raw.subnet6}" is spelt in another way; write ${right}`)
  }
  if (range && !(block6Contains(subnet6, range.from) && block6Contains(subnet6, range.to)))
    report([...path, 'range6'], `"${raw.range6}" does not lie in ${written}`)
  if (serverAddress === undefined || block6Contains(subnet6, serverAddress)) return
  // The machines of a network behind a relay reach us elsewhere.
  if (device !== undefined || (subnet === undefined && !hasIpv6Alone(network)))
    report([...path, 'serverAddress6'], `${serverAddress} does not lie in ${written}`)
}

/** What is wrong with the IPv6 addresses that are reserved. `texts` are as they are written. */
export function checkReservations6(
  hosts: Iterable<Host>,
  networks: readonly NetworkSettings[],
  pathOf: (host: Host, nic: number) => Path,
  report: Report,
): void {
  const taken = new Map<Ipv6, Host>()
  for (const host of hosts) {
    for (const [i, nic] of host.nics.entries()) {
      const { address6 } = nic
      if (address6 === undefined) continue
      const path = [...pathOf(host, i), 'address6']
      const owner = taken.get(address6)
      taken.set(address6, owner ?? host)
      const wrong = owner
        ? owner === host
          ? 'is written twice for this host'
          : `is already host ${owner.name}'s`
        : whyNotReserved(address6, nic, networks)
      if (wrong !== undefined) report(path, `${address6} ${wrong}`)
    }
  }
}

function whyNotReserved(
  address: Ipv6,
  { network }: Nic,
  networks: readonly NetworkSettings[],
): string | undefined {
  const named = networks.filter(({ name }) => network === undefined || name === network)
  const served = named.flatMap(({ name, ipv6 }) =>
    ipv6?.mode === 'server' ? [{ ...ipv6, name }] : [],
  )
  if (served.length === 0)
    return 'is a reservation, and no network of it has `mode6: server`; leave it out or write that'
  // Subnets that are not written come from an interface, when the daemon runs.
  const around = served.find(({ subnet }) => !subnet || block6Contains(subnet, address))
  if (!around) return 'does not lie in the subnet6 of any network'
  if (address === around.serverAddress) return `is the serverAddress6 of network ${around.name}`
  return undefined
}
