import {
  type AddressRange,
  formatIpv4,
  formatSubnet,
  type Ipv4,
  type Subnet,
  subnetBroadcast,
} from '../wire/address.ts'

/** What a first config says. */
export interface Draft {
  readonly interface: string
  readonly subnet: Subnet
  readonly address: Ipv4
  readonly mode: 'proxy' | 'server'
  /** With `mode: server`. */
  readonly range?: AddressRange
  readonly router?: Ipv4
  /** DHCP servers that answered. */
  readonly servers: readonly Ipv4[]
  /** As they are written. */
  readonly dataDir: string
  readonly assets: string
}

/**
 * The text of a first config: one network, what was seen of it, and where a host goes. Its comments explain
 * just what it says. Pure.
 */
export function draftConfig(draft: Draft): string {
  return `# ${formatSubnet(draft.subnet)} on ${draft.interface}. Every setting: config/example.yaml, or \`bootwright schema\`.

# Database, tokens and logins: keep it, and keep it to yourself.
dataDir: ${draft.dataDir}
# What machines download: loaders/ and images/.
assets: ${draft.assets}

networks:
  lan:
    interface: ${draft.interface} # its machines reach us at ${formatIpv4(draft.address)}
${networkLines(draft).join('\n')}

# What machines boot. \`bootwright import FILES NAME --config THIS\` puts kernel and initrd into assets and prints
# a profile to paste here.
profiles: {}

# Your machines: name, MAC address, what to boot. A machine that netboots and is not here is shown by
# \`bootwright unknown\` and on the page, with its lines to paste.
hosts: {}
`
}

function networkLines({ mode, range, router, servers }: Draft): string[] {
  const others = servers.map(formatIpv4).join(', ')
  if (mode === 'proxy' || !range) {
    const who = others === '' ? 'another DHCP server' : `the DHCP server ${others}`
    return [
      `    mode: proxy # ${who} gives the addresses; we answer only machines named below that netboot`,
    ]
  }
  const [first, last] = [formatIpv4(range.from), formatIpv4(range.to)]
  return [
    '    mode: server # we give the addresses: no other DHCP server may answer here',
    `    range: ${first}-${last}`,
    ...(router === undefined ? [] : [`    router: ${formatIpv4(router)}`]),
  ]
}

/**
 * A range for new machines: the upper half of the subnet, at most 200 addresses, without the addresses that are
 * taken. Undefined where the subnet has too few.
 */
export function rangeFor(subnet: Subnet, taken: readonly Ipv4[]): AddressRange | undefined {
  const end = subnetBroadcast(subnet) - 1
  const size = end - subnet.base
  if (size < 6) return undefined
  const first = Math.max(subnet.base + 1 + Math.floor(size / 2), end - 199)
  const inside = taken.filter(address => address >= first && address <= end)
  const borders = [first - 1, ...inside.sort((a, b) => a - b), end + 1]
  const gaps = borders
    .slice(1)
    .map((border, n) => ({ first: (borders[n] ?? 0) + 1, last: border - 1 }))
  const [widest] = gaps.sort((a, b) => b.last - b.first - (a.last - a.first))
  if (!widest || widest.last < widest.first) return undefined
  return { from: widest.first as Ipv4, to: widest.last as Ipv4 }
}
