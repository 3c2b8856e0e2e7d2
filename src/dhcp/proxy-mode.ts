import { canBeSentToDisk } from '../boot/decide.ts'
import { option } from '../wire/dhcp-codes.ts'
import { addressIn } from './classify.ts'
import { type Case, type DhcpAnswer, isOurs, silence } from './outcome.ts'
import { isPxeClient } from './read-client.ts'

const bootOnly = { kind: 'proxy' } as const

/**
 * What a proxyDHCP server answers: boot, never addresses, and only to those who boot (PXE 2.1 section
 * 2.2). On port 67 an OFFER to a DISCOVER; on 4011 an ACK to a REQUEST or INFORM.
 */
export function serveBoot(from: Case): DhcpAnswer {
  const { asked, arrival, client, answer } = from
  if (arrival.port === 'proxy' && !isPxeClient(from.packet)) {
    return silence('only PXE clients are answered on the proxy port')
  }
  if (!client || !answer) return silence('not booting, and addresses are not ours to give')
  // U-Boot would take the offer without an address for its own.
  if (client.stage === 'firmware' && !isPxeClient(from.packet)) {
    return silence(`${client.vendorClass} does not know proxyDHCP`)
  }
  const { reason } = answer
  if (answer.kind === 'none') return silence(reason)
  if (answer.kind === 'local' && !canBeSentToDisk(client, answer)) {
    return silence(`${reason}; this firmware boots its disk when nobody answers`)
  }
  if (arrival.port === 'proxy') {
    return asked === 'request' || asked === 'inform'
      ? { kind: 'ack', gift: bootOnly, reason }
      : silence(`${asked} has no place on the proxy port`)
  }
  if (asked === 'discover') return { kind: 'offer', gift: bootOnly, reason }
  if (asked === 'request' && namesUs(from)) return { kind: 'ack', gift: bootOnly, reason }
  return silence(`its ${asked} is for the DHCP server`)
}

function namesUs(from: Case): boolean {
  const server = addressIn(from.packet, option.serverId)
  return server !== undefined && isOurs(from, server)
}
