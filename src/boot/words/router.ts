import type { RouterReasons } from '../reasons/router.ts'
import type { ReasonWords } from './word.ts'

/** Why the machines of a link may not ask by DHCPv6, with what the router would have to say. */
export const routerWords: ReasonWords<keyof RouterReasons> = {
  'no-router6': ({ network, interface: device }) =>
    `network ${network}: no IPv6 router answers on ${device}, so iPXE and systems ask nobody by DHCPv6: one has to advertise with the M flag (radvd: \`AdvManagedFlag on\`)`,
  'router6-unmanaged': ({ network, routers }) =>
    `network ${network}: the IPv6 router ${routers.join(', ')} advertises without the M flag, so iPXE and systems ask nobody by DHCPv6: switch it on (radvd: \`AdvManagedFlag on\`, dnsmasq: a \`dhcp-range\` without \`ra-stateless\`)`,
  'router6-prefix': ({ network, subnet }) =>
    `network ${network}: no IPv6 router says that ${subnet} is on the link, so UEFI waits 10 s for a route at each boot: advertise it with the L flag (radvd: \`prefix ${subnet} { AdvOnLink on; };\`)`,
}
