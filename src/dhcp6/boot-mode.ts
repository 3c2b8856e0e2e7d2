import { canBeSentToDisk } from '../boot/decide.ts'
import { type Case6, type Dhcp6Answer, silence6 } from './outcome.ts'

/**
 * What is answered beside another DHCPv6 server: boot, never addresses, and only to those who boot. RFC 8415
 * knows no such server. EDK2 takes an ADVERTISE without an address beside another's that has one, and PXE
 * then asks us for the file on port 4011. All others take the first ADVERTISE for the whole answer: none is
 * sent to them.
 */
export function serveBoot6(from: Case6): Dhcp6Answer {
  const { asked, client, answer, arrival } = from
  if (!client || !answer) return silence6({ code: 'not-booting' })
  const { why } = answer
  if (answer.kind === 'none') return silence6(why)
  const saying = { options: [], settings: true, why } as const
  if (asked === 'information-request') return { kind: 'reply', ...saying }
  if (client.stage === 'ipxe') return silence6({ code: 'no-proxy-client', client: 'iPXE' })
  if (answer.kind === 'local' && !canBeSentToDisk(client, answer))
    return silence6({ code: 'silence-boots-disk', because: why })
  if (arrival.isProxyPort === true) return { kind: 'reply', ...saying }
  return asked === 'solicit'
    ? { kind: 'advertise', ...saying }
    : silence6({ code: 'for-dhcp-server', asked })
}
