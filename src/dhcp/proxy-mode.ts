import { canBeSentToDisk } from '../boot/decide.ts'
import { option } from '../wire/dhcp-codes.ts'
import { addressIn } from './classify.ts'
import { type Case, isOurs, type Outcome, silence } from './outcome.ts'
import { isPxeClient } from './read-client.ts'
import { reply } from './reply-outcome.ts'

const bootOnly = { kind: 'proxy' } as const

/**
 * What a proxyDHCP server answers: boot, never addresses, and only to those who boot (PXE 2.1 section
 * 2.2). On port 67 an OFFER to a DISCOVER; on 4011 an ACK to a REQUEST or INFORM.
 */
export function serveBoot(from: Case): Outcome {
  const { asked, arrival, client, answer } = from
  if (arrival.port === 'proxy' && !isPxeClient(from.packet)) {
    return silence(from, 'only PXE clients are answered on the proxy port')
  }
  if (!client || !answer) return silence(from, 'not booting, and addresses are not ours to give')
  // U-Boot would take the offer without an address for its own.
  if (client.stage === 'firmware' && !isPxeClient(from.packet)) {
    return silence(from, `${client.vendorClass} does not know proxyDHCP`)
  }
  if (answer.kind === 'none') return silence(from, answer.reason)
  if (answer.kind === 'local' && !canBeSentToDisk(client, answer)) {
    return silence(from, `${answer.reason}; this firmware boots its disk when nobody answers`)
  }
  if (arrival.port === 'proxy') {
    return asked === 'request' || asked === 'inform'
      ? reply(from, 'ack', bootOnly, { reason: answer.reason })
      : silence(from, `${asked} has no place on the proxy port`)
  }
  if (asked === 'discover') return reply(from, 'offer', bootOnly, { reason: answer.reason })
  if (asked === 'request' && namesUs(from))
    return reply(from, 'ack', bootOnly, { reason: answer.reason })
  return silence(from, `its ${asked} is for the DHCP server`)
}

function namesUs(from: Case): boolean {
  const server = addressIn(from.packet, option.serverId)
  return server !== undefined && isOurs(from, server)
}
