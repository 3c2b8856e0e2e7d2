import { formatSubnet, type Ipv4, parseIpv4, subnetContains, subnetOf } from '../wire/address.ts'
import type { MediaParts } from './parts.ts'
import type { MediaSettings, StaticAddress } from './settings.ts'

/** What was asked for by words. */
export interface MediaWords {
  readonly server: string
  readonly address: string | undefined
  readonly gateway: string | undefined
  readonly dns: readonly string[]
  readonly vlan: string | undefined
}

type Read = Pick<MediaSettings, 'server' | 'address' | 'vlan'>

/** Reads what a medium is to say, or the sentence that says what is wrong. Pure. */
export function readSettings(words: MediaWords): Read | { readonly wrong: string } {
  const server = readServer(words.server)
  if (!server) {
    return {
      wrong: `--server is a URL such as http://10.77.0.1:8080, not "${words.server}": what starts from a medium speaks plain HTTP`,
    }
  }
  const vlan = words.vlan === undefined ? undefined : Number(words.vlan)
  if (vlan !== undefined && !(Number.isInteger(vlan) && vlan >= 1 && vlan <= 4094)) {
    return { wrong: `--vlan is a number from 1 to 4094, not "${words.vlan}"` }
  }
  const address = readAddress(words)
  if (address && 'wrong' in address) return address
  if (!address && (words.gateway !== undefined || words.dns.length > 0)) {
    return { wrong: 'by DHCP a machine learns its gateway and name server: say --address A/P too' }
  }
  const why = address && whyUnreachable(server.host, address)
  if (why !== undefined) return { wrong: why }
  return { server, ...(address && { address }), ...(vlan !== undefined && { vlan }) }
}

function readServer(text: string): MediaSettings['server'] | undefined {
  const found = /^http:\/\/([A-Za-z0-9][A-Za-z0-9.-]{0,252})(?::(\d{1,5}))?\/?$/.exec(text)
  const [, host, port = '80'] = found ?? []
  if (host === undefined || Number(port) < 1 || Number(port) > 65535) return undefined
  // Digits and points that are no address would be looked up as a name.
  if (/^[\d.]+$/.test(host) && parseIpv4(host) === undefined) return undefined
  return { host, port: Number(port) }
}

function readAddress(words: MediaWords): StaticAddress | { readonly wrong: string } | undefined {
  if (words.address === undefined) return undefined
  const [own, prefix = '', ...more] = words.address.split('/')
  const address = parseIpv4(own ?? '')
  const bits = /^\d{1,2}$/.test(prefix) ? Number(prefix) : 0
  if (address === undefined || bits < 1 || bits > 30 || more.length > 0) {
    return {
      wrong: `--address is an address and a prefix such as 10.77.0.21/24, not "${words.address}"`,
    }
  }
  const subnet = subnetOf(address, bits)
  const gateway = words.gateway === undefined ? undefined : parseIpv4(words.gateway)
  if (words.gateway !== undefined && (gateway === undefined || !subnetContains(subnet, gateway))) {
    return { wrong: `--gateway is an address in ${formatSubnet(subnet)}, not "${words.gateway}"` }
  }
  const dns = words.dns.map(text => parseIpv4(text))
  const bad = dns.indexOf(undefined)
  if (bad >= 0) return { wrong: `--dns is an address, not "${words.dns[bad]}"` }
  return {
    own: address,
    subnet,
    ...(gateway !== undefined && { gateway }),
    dns: dns as readonly Ipv4[],
  }
}

function whyUnreachable(host: string, { subnet, gateway, dns }: StaticAddress): string | undefined {
  const server = parseIpv4(host)
  if (server === undefined) {
    return dns.length > 0
      ? undefined
      : `${host} is a name: say --dns D, or the address of the server`
  }
  if (gateway !== undefined || subnetContains(subnet, server)) return undefined
  return `${host} does not lie in ${formatSubnet(subnet)}: say --gateway G`
}

/** Why these parts cannot do what the settings say; undefined where they can. */
export function whyNot(settings: MediaSettings, parts: readonly MediaParts[]): string | undefined {
  const uefi = parts.filter(({ arch }) => arch !== 'bios')
  if (settings.vlan === undefined || uefi.length === 0) return undefined
  const cannot = uefi.find(({ vlans }) => !vlans)
  if (cannot) {
    return `the GRUB for ${cannot.arch} cannot set a VLAN: a GRUB 2.12 can (not a signed one), and so can iPXE, for --arch bios`
  }
  if (settings.address) return undefined
  return 'GRUB asks DHCP on no VLAN: say --address A/P, or --arch bios'
}
