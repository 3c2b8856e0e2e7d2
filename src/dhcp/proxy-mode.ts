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
    return silence({ code: 'only-pxe' })
  }
  if (!client || !answer) return silence({ code: 'not-booting' })
  // U-Boot would take the offer without an address for its own.
  if (client.stage === 'firmware' && !isPxeClient(from.packet)) {
    return silence({ code: 'no-proxy-client', client: client.vendorClass ?? '' })
  }
  const { why } = answer
  if (answer.kind === 'none') return silence(why)
  if (answer.kind === 'local' && !canBeSentToDisk(client, answer)) {
    return silence({ code: 'silence-boots-disk', because: why })
  }
  if (arrival.port === 'proxy') {
    return asked === 'request' || asked === 'inform'
      ? { kind: 'ack', gift: bootOnly, why }
      : silence({ code: 'not-on-proxy-port', asked })
  }
  if (asked === 'discover') return { kind: 'offer', gift: bootOnly, why }
  if (asked === 'request' && namesUs(from)) return { kind: 'ack', gift: bootOnly, why }
  return silence({ code: 'for-dhcp-server', asked })
}

function namesUs(from: Case): boolean {
  const server = addressIn(from.packet, option.serverId)
  return server !== undefined && isOurs(from, server)
}
