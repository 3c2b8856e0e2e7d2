import type { Host, Nic } from '../boot/host.ts'
import {
  formatIpv4,
  type Ipv4,
  type Mac,
  type Subnet,
  subnetBroadcast,
  subnetContains,
} from '../wire/address.ts'
import type { Path, Report } from './check/mistake.ts'
import type { NetworkSettings } from './config.ts'

/** Where addresses may be reserved. */
export interface ReservableNetworks {
  readonly networks: readonly NetworkSettings[]
  /** Where networks may lie whose subnet cannot be read. */
  readonly vague: ReadonlyMap<string, Subnet>
}

/** Why an address cannot be reserved, and what of the networks that is about. */
interface ReservationFault {
  readonly message: string
  readonly also?: readonly Path[]
}

/** Who has which MAC, and what is wrong between the hosts. `paths` says where each NIC is written. */
export function checkHosts(
  hosts: Iterable<Host>,
  places: ReservableNetworks,
  pathOf: (host: Host, nic: number) => Path,
  report: Report,
): Map<Mac, Host> {
  const byMac = new Map<Mac, Host>()
  const byAddress = new Map<Ipv4, Host>()
  const byUuid = new Map<string, Host>()
  const bySerial = new Map<string, Host>()
  const byPort = new Map<string, Host>()
  for (const host of hosts) {
    for (const [i, nic] of host.nics.entries()) {
      const path = pathOf(host, i)
      checkMac(nic.mac, [...path, 'mac'], report)
      claim(byMac, nic.mac, host, nic.mac, [...path, 'mac'], report)
      const { address } = nic
      if (address === undefined) continue
      const text = formatIpv4(address)
      claim(byAddress, address, host, text, [...path, 'address'], report)
      checkReservation(nic, address, [...path, 'address'], places, report)
    }
    if (host.uuid) claim(byUuid, host.uuid, host, host.uuid, ['hosts', host.name, 'uuid'], report)
    if (!host.foundBy) continue
    const { serial, port, card } = host.foundBy
    const at = (key: string) => ['hosts', host.name, key]
    if (serial) claim(bySerial, serial.toLowerCase(), host, serial, at('serial'), report)
    if (port) claim(byPort, port.toLowerCase(), host, port, at('port'), report)
    if (card.address === undefined) continue
    claim(byAddress, card.address, host, formatIpv4(card.address), at('address'), report)
    checkReservation({}, card.address, at('address'), places, report)
  }
  return byMac
}

/** Whether an address may be reserved for a NIC. */
export function checkReservation(
  nic: Pick<Nic, 'network'>,
  address: Ipv4,
  path: Path,
  { networks, vague }: ReservableNetworks,
  report: Report,
): void {
  if (vague.values().some(subnet => subnetContains(subnet, address))) return
  const clear = networks.filter(({ name }) => !vague.has(name))
  const wrong = reservationProblem(nic, address, clear, vague.size > 0)
  if (wrong) report(path, `${formatIpv4(address)} ${wrong.message}`, false, wrong.also)
}

/** The network that a NIC is in, as far as the config tells. */
export function networkOfNic(
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
  nic: Pick<Nic, 'network'>,
  address: Ipv4,
  networks: readonly NetworkSettings[],
  others: boolean,
): ReservationFault | undefined {
  const named = networks.filter(({ name }) => nic.network === undefined || nic.network === name)
  const around = named.find(({ subnet }) => subnet && subnetContains(subnet, address))
  if (around) return reservedFor(address, around) ?? modeProblem([around])
  // Subnets that are not written come from an interface, when the daemon runs.
  const open = named.filter(({ subnet }) => !subnet)
  if (open.length > 0) return modeProblem(open)
  if (named.length === 0 && (nic.network !== undefined || !others)) return undefined
  const which = nic.network === undefined ? 'any network' : `network ${nic.network}`
  return { message: `does not lie in the subnet of ${which}` }
}

function modeProblem(networks: readonly NetworkSettings[]): ReservationFault | undefined {
  if (networks.some(({ mode }) => mode === 'server')) return undefined
  const [network] = networks
  const message = `is a reservation, and network ${network?.name} gives no addresses (mode: ${network?.mode}); leave it out or write \`mode: server\``
  return { message, also: networks.map(({ name }) => ['networks', name, 'mode']) }
}

function reservedFor(address: Ipv4, network: NetworkSettings): ReservationFault | undefined {
  const { subnet, serverAddress, router, name } = network
  if (address === serverAddress) return { message: `is the serverAddress of network ${name}` }
  if (address === router) return { message: `is the router of network ${name}` }
  if (!subnet || subnet.prefix > 30) return undefined
  if (address === subnet.base) return { message: 'is the address of the subnet itself' }
  const isBroadcast = address === subnetBroadcast(subnet)
  return isBroadcast ? { message: 'is the broadcast address of its subnet' } : undefined
}
