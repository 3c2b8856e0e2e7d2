import Type, { type Static } from 'typebox'
import { defaults } from '../defaults.ts'
import { options } from './options.ts'
import * as v from './values.ts'

const n = defaults.network

const rivals = Type.Union(
  [Type.Enum(['refuse', 'warn']), Type.Array(v.address, { title: 'a list of addresses' })],
  { title: '`refuse`, `warn` or a list of addresses', examples: ['refuse'] },
)

const addressList = Type.Array(v.address, {
  title: 'a list of addresses',
  maxItems: 63,
  examples: ['[10.77.0.1]'],
})

const route = v.knownKeys(
  {
    to: v.described(v.subnet, { description: 'The addresses it is the way to.' }),
    via: v.described(v.address, { description: 'The router.' }),
  },
  { title: 'a route', examples: ['{ to: 10.0.0.0/8, via: 10.77.0.2 }'] },
)

export const network = v.knownKeys(
  {
    interface: v.key(
      v.interfaceName,
      'Gives subnet and serverAddress when they are not written, also when they change.',
    ),
    subnet: v.key(v.subnet, 'The addresses of this network.'),
    serverAddress: v.key(v.address, 'Where its machines reach us.'),
    mode: v.key(
      Type.Enum(['proxy', 'server', 'none']),
      'proxy: boot answers beside the DHCP server that is there. server: addresses too. none: no DHCP.',
      n.mode,
    ),
    range: v.key(v.range, 'Addresses to lease, first and last; only with mode: server.'),
    mode6: v.key(
      Type.Enum(['server', 'boot', 'none']),
      'server: gives IPv6 addresses by DHCPv6, beside a router whose advertisements say that there is one (M). boot: boot answers beside the DHCPv6 server that is there. none: no DHCPv6.',
      n.mode6,
    ),
    subnet6: v.key(
      v.subnet6,
      'The IPv6 addresses of this network. Default: as the interface has it.',
    ),
    serverAddress6: v.key(
      v.address6,
      'Where its machines reach us by IPv6. Default: as the interface has it.',
    ),
    range6: v.key(v.range6, 'IPv6 addresses to lease, first and last; a whole /64 may be in it.'),
    dns6: v.key(
      Type.Array(v.address6, {
        title: 'a list of IPv6 addresses',
        maxItems: 63,
        examples: ['["fd00:77::1"]'],
      }),
      'DNS servers that are told by DHCPv6.',
      [],
    ),
    leaseTo: v.key(Type.Enum(['all', 'hosts']), 'Who gets a lease of the range.', n.leaseTo),
    router: v.key(v.address, 'Default route for the machines.'),
    dns: v.key(addressList, 'DNS servers.', []),
    domain: v.key(v.domain, 'DNS domain.'),
    domainSearch: v.key(
      Type.Array(v.domain, { title: 'a list of domains', examples: ['[lab.example]'] }),
      'Domains that names without a dot are looked for in.',
      [],
    ),
    ntp: v.key(addressList, 'Time servers.', []),
    mtu: v.key(
      Type.Integer({ title: 'a number of bytes', minimum: 68, maximum: 65_535 }),
      'The largest packet of the link.',
    ),
    routes: v.key(
      Type.Array(route, {
        title: 'a list of routes',
        examples: ['[{ to: 10.0.0.0/8, via: 10.77.0.2 }]'],
      }),
      'Ways to other subnets. The default route is `router`.',
      [],
    ),
    options: v.key(options, 'Other DHCP options, for every machine that gets an address here.'),
    lease: v.key(v.duration, 'How long a lease lasts.', n.lease),
    rapidCommit: v.key(
      Type.Boolean({ title: 'true or false' }),
      'Gives clients that ask for it (RFC 4039) the lease at once. Only where no other DHCP server is.',
      n.rapidCommit,
    ),
    rivals: v.key(
      rivals,
      'Other DHCP servers in mode: server. refuse: give no address while one answers; warn: say it and go on; or the addresses of those that may be there.',
      n.rivals,
    ),
    trust: v.key(
      Type.Enum(['lease', 'uuid']),
      'What shows that a request comes from the machine itself. lease: its address is the one that its MAC has. uuid: it also says the UUID of an earlier boot, or the one of the config.',
      n.trust,
    ),
    trustUrl: v.key(
      Type.Boolean({ title: 'true or false' }),
      'Nothing has to show it: whoever knows the URL gets the installer, whatever its address. For machines behind NAT.',
      n.trustUrl,
    ),
  },
  { title: 'a network', examples: ['{}'] },
)

export type RawNetwork = Static<typeof network>
