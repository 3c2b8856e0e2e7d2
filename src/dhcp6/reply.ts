import type { NetworkWith6 } from '../boot/network-address.ts'
import { messageType6, option6 } from '../wire/dhcp6-codes.ts'
import {
  type Dhcp6Option,
  type Dhcp6Packet,
  type Dhcp6Relay,
  option6Of,
} from '../wire/dhcp6-packet.ts'
import { domainsToBytes } from '../wire/domain-names.ts'
import { ipv6ToBytes } from '../wire/ipv6.ts'
import { wants } from './associations.ts'
import type { Case6, Dhcp6Answer } from './outcome.ts'
import { bootOptions6 } from './reply-boot.ts'

type Saying6 = Exclude<Dhcp6Answer, { readonly kind: 'none' }>

/** Clients that have one take our ADVERTISE at once, and wait for no other (RFC 8415 section 18.2.1). */
const mostPreferred = 255

/** The ADVERTISE or REPLY to a packet, for the relays that it came through (RFC 8415 section 18.3). */
export function buildReply6(from: Case6, answer: Saying6): Dhcp6Packet {
  const { packet, network, deps, client } = from
  const { type, relays } = { type: messageType6[answer.kind], relays: packet.relays.map(backTo) }
  const clientId = option6Of(packet.options, option6.clientId)
  const head: Dhcp6Option[] = [
    ...(clientId ? ([[option6.clientId, clientId]] satisfies Dhcp6Option[]) : []),
    // EDK2 reads a URL up to a zero byte: the code of the next option begins with one.
    ...(answer.settings ? bootOptions6(from) : []),
    [option6.serverId, deps.serverDuid],
  ]
  // Beside another server it is that one's address which the client waits for.
  const isFirst =
    answer.kind === 'advertise' && client !== undefined && network.ipv6.mode === 'server'
  return {
    type,
    xid: packet.xid,
    options: [
      ...head,
      ...answer.options,
      ...(isFirst ? ([[option6.preference, Uint8Array.of(mostPreferred)]] as const) : []),
      ...(answer.rapidCommit ? ([[option6.rapidCommit, new Uint8Array()]] as const) : []),
      ...(answer.settings && network.ipv6.mode === 'server' ? settingsOf(packet, network) : []),
    ],
    relays,
  }
}

/** What must come back as it was sent (RFC 8415 section 19.3; RFC 8357). */
const echoes: readonly number[] = [option6.interfaceId, option6.relayPort]

function backTo({ options, ...relay }: Dhcp6Relay): Dhcp6Relay {
  return { ...relay, options: options.filter(([code]) => echoes.includes(code)) }
}

function settingsOf(packet: Dhcp6Packet, network: NetworkWith6): Dhcp6Option[] {
  const { ipv6, domain, domainSearch } = network
  const domains = domainSearch ?? (domain === undefined ? [] : [domain])
  const dns = Uint8Array.from(ipv6.dns.flatMap(address => [...ipv6ToBytes(address)]))
  // Of no bytes either ends a boot of EDK2.
  const all: Dhcp6Option[] = [
    [option6.dns, dns],
    [option6.domainSearch, domainsToBytes(domains)],
  ]
  return all.filter(([code, value]) => value.length > 0 && wants(packet, code))
}
