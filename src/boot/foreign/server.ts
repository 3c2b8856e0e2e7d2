/** DHCP servers of others whose config we can write. */
export const foreignServers = ['dnsmasq', 'kea', 'isc'] as const
export type ForeignServer = (typeof foreignServers)[number]

/** Routers that people have; what each can send differs. */
export const foreignRouters = [
  'unifi',
  'opnsense',
  'pfsense',
  'mikrotik',
  'fritzbox',
  'pihole',
  'openwrt',
] as const
export type ForeignRouter = (typeof foreignRouters)[number]

/** All that `explain --dhcp` writes for. */
export const foreignKinds = [...foreignServers, ...foreignRouters] as const
