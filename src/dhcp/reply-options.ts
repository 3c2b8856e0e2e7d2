import type { DhcpOption } from '../boot/host.ts'
import type { NetworkWith4 } from '../boot/network-address.ts'
import { ipv4ToBytes, subnetBroadcast, subnetMask, unspecified } from '../wire/address.ts'
import { type Route, routesToBytes } from '../wire/classless-routes.ts'
import { option } from '../wire/dhcp-codes.ts'
import type { DhcpPacket } from '../wire/dhcp-packet.ts'
import { addressesToBytes, textToBytes, u16ToBytes, u32ToBytes } from '../wire/dhcp-values.ts'
import { domainsToBytes } from '../wire/domain-names.ts'
import type { Gift, Options, ReplyContent } from './reply-content.ts'

const always: readonly number[] = [option.subnetMask, option.leaseTime]

/** They boot firmware, and so are the business of the boot decision alone. */
const booting: readonly number[] = [option.vendorSpecific, option.tftpServer, option.bootFile]

/**
 * The options of a lease and of its network that the client's option 55 asks for; all without one. Of
 * those that the config writes by number the others wait to be asked for, unless they are forced.
 */
export function askedOptions(request: DhcpPacket, say: ReplyContent): Options {
  const { gift, network, client } = say
  if (gift.kind === 'proxy') return []
  const wanted = request.options.get(option.parameterList)
  const named = namedBy(network, gift)
  const options = wanted
    ? named.filter(([code]) => always.includes(code) || wanted.includes(code))
    : [...named]
  // Who sends no list gets what the network names, by number or not.
  const isWanted = (code: number) => wanted?.includes(code) ?? named.some(([own]) => own === code)
  for (const { code, bytes, force } of freeOptions(network, say.options)) {
    if (client && booting.includes(code)) continue
    if (force || isWanted(code)) options.push([code, Uint8Array.from(bytes)])
  }
  return options
}

/** Those that the config writes by number; what a host says goes before its network. */
function freeOptions(
  { options = [] }: NetworkWith4,
  own: ReplyContent['options'] = [],
): Iterable<DhcpOption> {
  if (own.length === 0) return options
  return new Map([...options, ...own].map(each => [each.code, each])).values()
}

/** A network of the config never changes, and every reply needs them. */
const written = new WeakMap<NetworkWith4, Record<'settings' | 'lease', Options>>()

function namedBy(network: NetworkWith4, gift: Exclude<Gift, { kind: 'proxy' }>): Options {
  const known = written.get(network) ?? write(network)
  const options =
    gift.kind === 'lease' && gift.seconds !== undefined
      ? [...known.settings, ...leaseOptions(gift.seconds)]
      : known[gift.kind]
  if (gift.hostName === undefined) return options
  return [...options, [option.hostName, textToBytes(gift.hostName)]]
}

function write(network: NetworkWith4): Record<'settings' | 'lease', Options> {
  const settings = networkOptions(network)
  const both = { settings, lease: [...settings, ...leaseOptions(network.leaseSeconds)] }
  written.set(network, both)
  return both
}

function networkOptions(network: NetworkWith4): Options {
  const { subnet, router, dns, domain, mtu, ntp = [], domainSearch = [] } = network
  const routes = routesOf(network)
  const options: Options = [
    [option.subnetMask, ipv4ToBytes(subnetMask(subnet))],
    [option.broadcast, ipv4ToBytes(subnetBroadcast(subnet))],
  ]
  if (router !== undefined) options.push([option.router, ipv4ToBytes(router)])
  if (dns.length > 0) options.push([option.dns, addressesToBytes(dns)])
  if (domain !== undefined) options.push([option.domain, textToBytes(domain)])
  if (mtu !== undefined) options.push([option.mtu, u16ToBytes(mtu)])
  if (ntp.length > 0) options.push([option.ntp, addressesToBytes(ntp)])
  if (domainSearch.length > 0) options.push([option.domainSearch, domainsToBytes(domainSearch)])
  if (routes.length > 0) options.push([option.classlessRoutes, routesToBytes(routes)])
  return options
}

/** Who takes these routes ignores option 3, so the default route stands here again (RFC 3442). */
function routesOf({ routes = [], router }: NetworkWith4): readonly Route[] {
  const whole = routes.some(({ to }) => to.prefix === 0)
  if (routes.length === 0 || router === undefined || whole) return routes
  return [...routes, { to: { base: unspecified, prefix: 0 }, via: router }]
}

function leaseOptions(seconds: number): Options {
  const time = Math.min(seconds, 0xffffffff)
  return [
    [option.leaseTime, u32ToBytes(time)],
    [option.renewalTime, u32ToBytes(Math.floor(time * 0.5))],
    [option.rebindingTime, u32ToBytes(Math.floor(time * 0.875))],
  ]
}
