import { reasonWith } from '../../boot/reason.ts'
import type { Rule } from '../case.ts'
import { after, lastOf, seen } from '../evidence.ts'

/** iPXE needs its time for the address, and asks for its script at once. */
const patience = 60_000

/** Beside another DHCPv6 server iPXE hears that one alone, and was told of no script. */
export const noScript6: Rule = ({ steps, now }) => {
  const asked = lastOf(
    steps,
    'dhcp',
    ({ stage, why }) => stage === 'ipxe' && reasonWith(why, 'no-proxy-client') !== undefined,
  )
  if (asked?.version !== 6 || now - asked.lastAt < patience) return undefined
  if (after(steps, asked).some(({ kind }) => kind === 'script')) return undefined
  return {
    id: 'no-script6',
    title: 'iPXE got its address by IPv6 from another DHCPv6 server, and no script',
    evidence: [seen(asked, now)],
    advice:
      'It takes the first answer for the whole one. Make that server tell iPXE where its script is: `dhcp-userclass=set:ipxe,iPXE` and `dhcp-option=tag:ipxe,option6:bootfile-url,http://[OUR-ADDRESS]:8080/boot.ipxe` in dnsmasq; or give the addresses with `mode6: server`.',
  }
}
