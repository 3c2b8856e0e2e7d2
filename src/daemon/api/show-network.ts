import type { NetworkRow, StrangerRow } from '../../api/networks.ts'
import { fieldsOf, lineOf } from '../../base/untrusted.ts'
import { switchPortsOf } from '../../boot/switch-ports.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { reasonOf } from '../../http/api/views.ts'
import type { StrangerSeen } from '../../record/stranger-ring.ts'
import { formatIpv4, formatSubnet, type Mac } from '../../wire/address.ts'
import { formatIpAddress } from '../../wire/ip-address.ts'
import { formatSubnet6 } from '../../wire/ipv6.ts'
import type { HttpParts } from '../parts.ts'

/** The networks of the config as they are served now. */
export function showNetworks({ world, memory, now, rivals, routers }: HttpParts): NetworkRow[] {
  const served = new Map(world.networks().map(network => [network.name, network]))
  return world.config().networks.map(settings => {
    const { name, mode, range } = settings
    const { interface: device, subnet, serverAddress } = served.get(name) ?? settings
    const { ipv6 } = served.get(name) ?? settings
    const range6 = ipv6?.range
    const why6 = routers.why(name)
    const size = range === undefined ? 0 : range.to - range.from + 1
    const used = range === undefined ? 0 : memory.leases.inRange(name, range, now())
    return {
      name,
      mode,
      interface: device ?? null,
      subnet: subnet === undefined ? null : formatSubnet(subnet),
      serverAddress: serverAddress === undefined ? null : formatIpv4(serverAddress),
      waits: world.waiting().find(({ network }) => network === name)?.line ?? null,
      range: range === undefined ? null : `${formatIpv4(range.from)}-${formatIpv4(range.to)}`,
      mode6: settings.ipv6?.mode ?? 'none',
      subnet6: ipv6?.subnet ? formatSubnet6(ipv6.subnet) : null,
      serverAddress6: ipv6?.serverAddress ?? null,
      range6: range6 ? `${range6.from}-${range6.to}` : null,
      leases: { size, used, free: size - used },
      rivals: [...rivals(name)],
      router6: why6 ? sentenceOf(why6) : null,
    }
  })
}

/** The agent asks every 5 s; after so many milliseconds it does not wait any more. */
const silence = 30_000

/** A client that is no host, with what would make it one. */
export function showStranger(
  [mac, seen]: [Mac, StrangerSeen],
  { world, strangers, now }: Pick<HttpParts, 'world' | 'strangers' | 'now'>,
): StrangerRow {
  const { facts = null, askedAt } = strangers.byMac(mac) ?? {}
  const { client, text, event, at, serial, address } = seen
  return {
    mac,
    arch: client.arch,
    stage: client.stage,
    uuid: client.uuid ?? null,
    // Loaders of some cards do not tell it.
    serial: serial ?? (lineOf(fieldsOf(facts).serial) || null),
    port: client.ports?.[0] ?? switchPortsOf(facts, mac)[0] ?? null,
    vendorClass: client.vendorClass ?? null,
    address: address === undefined ? null : formatIpAddress(address),
    text,
    ...(event && { event: { ...event, ...reasonOf(event.data) } }),
    at: new Date(at).toISOString(),
    entry: entryOf(mac, serial, [...world.config().profiles.keys()]),
    facts,
    waits: askedAt !== undefined && now() - askedAt < silence,
  }
}

/** The profile stays a comment: pasting an entry must not be enough to install a machine. */
function entryOf(mac: Mac, serial: string | undefined, profiles: readonly string[]): string {
  const named = serial?.toLowerCase().replace(/[^a-z0-9-]+/g, '')
  const name = named && /^[a-z][a-z0-9-]{2,40}[a-z0-9]$/.test(named) ? named : nameOf(mac)
  const choice = profiles.length === 0 ? '' : `\n  # profile: ${profiles[0]}`
  const others = profiles.length > 1 ? ` # or ${profiles.slice(1, 8).join(', ')}` : ''
  return `${name}:\n  mac: "${mac}"${choice}${others}\n`
}

function nameOf(mac: Mac): string {
  return `node-${mac.replaceAll(':', '').slice(-6)}`
}
