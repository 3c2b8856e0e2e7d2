/** DHCP servers of others whose config we can write. */
export const foreignServers = ['dnsmasq', 'kea', 'isc'] as const
export type ForeignServer = (typeof foreignServers)[number]
