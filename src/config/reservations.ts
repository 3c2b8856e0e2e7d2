import type { Host, Nic } from '../boot/host.ts'
import {
  formatIpv4,
  type Ipv4,
  type Mac,
  subnetBroadcast,
  subnetContains,
} from '../wire/address.ts'
import type { Path, Report } from './check/mistake.ts'
import type { NetworkSettings } from './config.ts'

/** Who has which MAC, and what is wrong between the hosts. `paths` says where each NIC is written. */
export function checkHosts(
  hosts: Iterable<Host>,
  networks: readonly NetworkSettings[],
  pathOf: (host: Host, nic: number) => Path,
  report: Report,
): Map<Mac, Host> {
  const byMac = new Map<Mac, Host>()
  const byAddress = new Map<Ipv4, Host>()
  const byUuid = new Map<string, Host>()
  for (const host of hosts) {
    for (const [i, nic] of host.nics.entries()) {
      const path = pathOf(host, i)
      checkMac(nic.mac, [...path, 'mac'], report)
      claim(byMac, nic.mac, host, nic.mac, [...path, 'mac'], report)
      if (nic.address === undefined) continue
      const text = formatIpv4(nic.address)
      claim(byAddress, nic.address, host, text, [...path, 'address'], report)
      const wrong = reservationProblem(nic, nic.address, networks)
      if (wrong) report([...path, 'address'], `${text} ${wrong}`)
    }
    if (host.uuid) claim(byUuid, host.uuid, host, host.uuid, ['hosts', host.name, 'uuid'], report)
  }
  return byMac
}

/** The network that a NIC is in, as far as the config tells. */
export function networkOf(
  nic: Nic | undefined,
  networks: readonly NetworkSettings[],
): NetworkSettings | undefined {
  if (nic?.network !== undefined) return networks.find(network => network.name === nic.network)
  const { address } = nic ?? {}
  const around = networks.find(({ subnet }) => {
    return address !== undefined && subnet && subnetContains(subnet, address)
  })
  return around ?? (networks.length === 1 ? networks[0] : undefined)
}

function claim<K>(
  taken: Map<K, Host>,
  value: K,
  host: Host,
  text: string,
  path: Path,
  report: Report,
): void {
  const owner = taken.get(value)
  if (!owner) taken.set(value, host)
  else if (owner === host) report(path, `${text} is written twice for this host`)
  else report(path, `${text} is already host ${owner.name}'s`)
}

function checkMac(mac: Mac, path: Path, report: Report): void {
  const isGroup = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1
  if (isGroup) report(path, `${mac} is a multicast address; no network card has it`)
  if (mac === '00:00:00:00:00:00') report(path, `${mac} is no network card's address`)
}

function reservationProblem(
  nic: Nic,
  address: Ipv4,
  networks: readonly NetworkSettings[],
): string | undefined {
  const named = networks.filter(({ name }) => nic.network === undefined || nic.network === name)
  const around = named.find(({ subnet }) => subnet && subnetContains(subnet, address))
  if (around) return reservedFor(address, around) ?? modeProblem([around])
  // Subnets that are not written come from an interface, when the daemon runs.
  const open = named.filter(({ subnet }) => !subnet)
  if (open.length > 0) return modeProblem(open)
  if (named.length === 0) return undefined
  return nic.network === undefined
    ? 'does not lie in the subnet of any network'
    : `does not lie in the subnet of network ${nic.network}`
}

function modeProblem(networks: readonly NetworkSettings[]): string | undefined {
  if (networks.some(({ mode }) => mode === 'server')) return undefined
  const [network] = networks
  return `is a reservation, and network ${network?.name} gives no addresses (mode: ${network?.mode}); leave it out or write \`mode: server\``
}

function reservedFor(address: Ipv4, network: NetworkSettings): string | undefined {
  const { subnet, serverAddress, router, name } = network
  if (address === serverAddress) return `is the serverAddress of network ${name}`
  if (address === router) return `is the router of network ${name}`
  if (!subnet || subnet.prefix > 30) return undefined
  if (address === subnet.base) return `is the address of the subnet itself`
  return address === subnetBroadcast(subnet) ? 'is the broadcast address of its subnet' : undefined
}
