import { given } from '../base/given.ts'
import { parseDuration } from '../base/units.ts'
import type { Ipv4, Subnet } from '../wire/address.ts'
import {
  formatIpv4,
  formatSubnet,
  parseIpv4,
  parseRange,
  parseSubnet,
  subnetContains,
} from '../wire/address.ts'
import { type Route, routesToBytes } from '../wire/classless-routes.ts'
import { domainsToBytes } from '../wire/domain-names.ts'
import { block6Contains, formatSubnet6, type Subnet6 } from '../wire/ipv6.ts'
import { placesOf, type Report } from './check/mistake.ts'
import type { NetworkSettings } from './config.ts'
import { defaults } from './defaults.ts'
import { checkNetwork6, resolveNetwork6 } from './networks6.ts'
import { checkOptions, resolveOptions, sizeProblem } from './options.ts'
import type { RawNetwork } from './schema/network.ts'

/** The networks of a checked shape, and what is wrong between their settings. */
export function resolveNetworks(
  raw: Readonly<Record<string, RawNetwork>>,
  report: Report,
): NetworkSettings[] {
  const networks = Object.entries(raw).map(([name, settings]) => resolveNetwork(name, settings))
  for (const network of networks) checkNetwork(network, raw[network.name] ?? {}, report)
  checkTogether(networks, report)
  return networks
}

function resolveNetwork(name: string, raw: RawNetwork): NetworkSettings {
  const { mode, leaseTo, lease, rivals, trust, trustUrl } = defaults.network
  return {
    name,
    ...given('interface', raw.interface),
    ...given('subnet', raw.subnet && parseSubnet(raw.subnet)),
    ...given('serverAddress', address(raw.serverAddress)),
    mode: raw.mode ?? mode,
    ...given('range', raw.range && parseRange(raw.range)),
    leaseTo: raw.leaseTo ?? leaseTo,
    ...given('router', address(raw.router)),
    dns: addresses(raw.dns ?? []),
    ...given('domain', raw.domain),
    ...settingsOf(raw),
    leaseSeconds: parseDuration(raw.lease ?? lease),
    rivals: Array.isArray(raw.rivals) ? addresses(raw.rivals) : (raw.rivals ?? rivals),
    trust: (raw.trustUrl ?? trustUrl) ? 'url' : (raw.trust ?? trust),
    ...resolveNetwork6(raw),
  }
}

/** What few networks say. */
function settingsOf(raw: RawNetwork) {
  const { domainSearch, ntp, mtu, options } = raw
  return {
    ...given('domainSearch', domainSearch),
    ...given('ntp', ntp && addresses(ntp)),
    ...given('mtu', mtu),
    ...given('routes', raw.routes && routesOf(raw.routes)),
    ...given('options', options && resolveOptions(options)),
    ...given('rapidCommit', raw.rapidCommit || undefined),
  }
}

function routesOf(raw: NonNullable<RawNetwork['routes']>): Route[] {
  return raw.flatMap(route => {
    const to = parseSubnet(route.to)
    const via = parseIpv4(route.via)
    return to && via !== undefined ? [{ to, via }] : []
  })
}

function checkNetwork(network: NetworkSettings, raw: RawNetwork, report: Report): void {
  const at = (key: string) => ['networks', network.name, key]
  const { subnet, serverAddress, range, router } = network

  if (raw.range !== undefined && !range) {
    report(at('range'), `the last address of "${raw.range}" lies below the first`)
  }
  if (raw.range !== undefined && network.mode !== 'server') {
    report(at('mode'), `is ${network.mode}, and a \`range\` is leased only with \`mode: server\``)
  }
  if (raw.range === undefined && network.mode === 'server' && network.leaseTo === 'all') {
    const message =
      '`mode: server` needs a `range` to lease, or `leaseTo: hosts` for reservations only'
    const path = ['networks', network.name]
    report(path, message, false, placesOf(path, 'range', 'leaseTo'))
  }
  if (raw.trustUrl && raw.trust !== undefined) {
    report(
      at('trustUrl'),
      `believes everybody, and \`trust: ${raw.trust}\` asks for more: write one`,
    )
  }
  if (network.rapidCommit && network.mode !== 'server' && network.ipv6?.mode !== 'server') {
    report(at('rapidCommit'), 'is for `mode: server`', true, [at('mode')])
  }
  checkNetwork6(network, raw, report)
  checkOptions(raw.options ?? {}, at('options'), 'network', report)
  checkSizes(network, report)
  checkRoutes(network, raw, report)
  if (!subnet) return
  const written = `the subnet ${formatSubnet(subnet)}`
  if (raw.subnet !== undefined && raw.subnet !== formatSubnet(subnet)) {
    report(
      at('subnet'),
      `"${raw.subnet}" is an address in ${written}; write ${formatSubnet(subnet)}`,
    )
  }
  if (range && !(subnetContains(subnet, range.from) && subnetContains(subnet, range.to))) {
    report(at('range'), `"${raw.range}" does not lie in ${written}`)
  }
  if (router !== undefined && !subnetContains(subnet, router)) {
    report(at('router'), `${formatIpv4(router)} does not lie in ${written}`)
  }
  // Without an interface of ours the network is behind a relay, and we are elsewhere.
  const outside = serverAddress !== undefined && !subnetContains(subnet, serverAddress)
  if (outside && network.interface !== undefined) {
    report(
      at('serverAddress'),
      `${formatIpv4(serverAddress)} does not lie in ${written}; for a network behind a relay leave \`interface\` out`,
    )
  }
}

function checkSizes({ name, domainSearch = [], routes = [] }: NetworkSettings, report: Report) {
  const sizes = { domainSearch: domainsToBytes(domainSearch), routes: routesToBytes(routes) }
  for (const [key, { length }] of Object.entries(sizes)) {
    const wrong = sizeProblem(length)
    if (wrong !== undefined) report(['networks', name, key], wrong)
  }
}

function checkRoutes(
  { name, subnet, routes = [] }: NetworkSettings,
  raw: RawNetwork,
  report: Report,
) {
  for (const [i, { to, via }] of routes.entries()) {
    const at = (key: string) => ['networks', name, 'routes', i, key]
    const text = raw.routes?.[i]?.to
    if (text !== formatSubnet(to)) {
      const right = formatSubnet(to)
      report(at('to'), `"${text}" is an address in the subnet ${right}; write ${right}`)
    }
    if (subnet && !subnetContains(subnet, via)) {
      report(at('via'), `${formatIpv4(via)} does not lie in the subnet ${formatSubnet(subnet)}`)
    }
  }
}

function checkTogether(networks: readonly NetworkSettings[], report: Report): void {
  for (const [i, network] of networks.entries()) {
    const { name, subnet, ipv6 } = network
    const subnet6 = ipv6?.subnet
    const found =
      network.interface ?? subnet ?? network.serverAddress ?? subnet6 ?? ipv6?.serverAddress
    if (networks.length > 1 && found === undefined) {
      const path = ['networks', name]
      const message =
        'needs an `interface`, `subnet` or `serverAddress` to be told from the other networks'
      report(path, message, false, placesOf(path, 'interface', 'subnet', 'serverAddress'))
    }
    const twin = networks.slice(0, i).find(other => overlaps(other.subnet, subnet))
    if (twin && subnet) {
      report(['networks', name, 'subnet'], `${formatSubnet(subnet)} overlaps network ${twin.name}`)
    }
    const twin6 = networks.slice(0, i).find(other => overlap6(other.ipv6?.subnet, subnet6))
    if (twin6 && subnet6) {
      report(
        ['networks', name, 'subnet6'],
        `${formatSubnet6(subnet6)} overlaps network ${twin6.name}`,
      )
    }
    const neighbour = networks.slice(0, i).find(other => other.interface === network.interface)
    const areTold = (subnet && neighbour?.subnet) || (subnet6 && neighbour?.ipv6?.subnet)
    if (neighbour && network.interface !== undefined && !areTold) {
      report(
        ['networks', name, 'interface'],
        `is also the interface of network ${neighbour.name}; then both need a \`subnet\``,
      )
    }
  }
}

function overlap6(a: Subnet6 | undefined, b: Subnet6 | undefined): boolean {
  return !!a && !!b && (block6Contains(a, b.base) || block6Contains(b, a.base))
}

function overlaps(a: Subnet | undefined, b: Subnet | undefined): boolean {
  return !!a && !!b && (subnetContains(a, b.base) || subnetContains(b, a.base))
}

function address(text: string | undefined): Ipv4 | undefined {
  return text === undefined ? undefined : parseIpv4(text)
}

function addresses(texts: readonly string[]): Ipv4[] {
  return texts.flatMap(text => address(text) ?? [])
}
