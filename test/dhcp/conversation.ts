import type { Outcome } from '../../src/dhcp/outcome.ts'
import { formatIpv4 } from '../../src/wire/address.ts'
import { option } from '../../src/wire/dhcp-codes.ts'
import { messageNameOfPacket } from '../../src/wire/dhcp-packet.ts'
import { bytesOf, type Change, ip, like, mac, world } from './examples.ts'

export const me = mac('52:54:00:99:00:01')
export const other = mac('52:54:00:00:00:02')
export const unicast = { broadcast: false, source: { address: ip('10.77.0.60'), port: 68 } }

export function request(requested?: string, server?: string, more: Change = {}) {
  return like('dhclient-request', {
    ...more,
    options: {
      [option.requestedAddress]: requested ? bytesOf(requested) : undefined,
      [option.serverId]: server ? bytesOf(server) : undefined,
      ...more.options,
    },
  })
}

export const renew = (address: string) => request(undefined, undefined, { ciaddr: ip(address) })

/** An outcome in a line: `ack 10.77.0.60 -> 255.255.255.255:68`, or the reason for silence. */
export function told(outcome: Outcome): string {
  if (outcome.kind === 'none') return outcome.reason
  const { reply, to } = outcome
  const given = reply.yiaddr === 0 ? '' : ` ${formatIpv4(reply.yiaddr)}`
  return `${messageNameOfPacket(reply)}${given} -> ${formatIpv4(to.address)}:${to.port}`
}

/** A world in which `me` has 10.77.0.60. */
export function leased(place: Parameters<typeof world>[0] = {}) {
  const w = world(place)
  w.send(request('10.77.0.60', '10.77.0.1'))
  return w
}
