import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { defaults } from '../defaults.ts'
import { callback } from './callback.ts'
import { http, tftp } from './doors.ts'
import { loaders } from './loaders.ts'
import { options } from './options.ts'
import { power } from './power.ts'
import { host, profile, profileNames } from './profile.ts'
import { mirror, proxy } from './proxy.ts'
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

const network = v.knownKeys(
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

const unknownProfile = v.knownKeys(
  {
    profile: v.key(v.name, 'A profile with boot: always.'),
    menu: v.key(
      profileNames,
      'Profiles with boot: always or once, of which one is chosen at the machine.',
    ),
  },
  { title: 'a profile or a menu' },
)

const unknownHosts = Type.Union([Type.Enum(['ignore', 'local']), unknownProfile], {
  title: '`ignore`, `local`, `{ profile: NAME }` or `{ menu: [NAME] }`',
  examples: ['local'],
})

const token = v.knownKeys(
  {
    name: v.described(v.name, { description: 'What the log calls whoever has it.' }),
    tokenFile: v.described(v.path, {
      description: 'Made with mode 0600 when missing.',
      examples: ['wall-token'],
    }),
    scope: v.key(
      Type.Enum(['read', 'admin']),
      'read: looks and changes nothing. admin: everything.',
      defaults.tokenScope,
    ),
  },
  { title: 'a token', examples: ['{ name: wall, tokenFile: wall-token, scope: read }'] },
)

const admin = v.knownKeys({
  tokenFile: v.key(v.path, 'Made with mode 0600 when missing. Default: <dataDir>/admin-token.'),
  allow: v.key(
    Type.Array(Type.String({ title: 'a subnet or an address' }), { title: 'a list of subnets' }),
    'Who may open the page, the API and the metrics.',
    defaults.adminAllow,
  ),
  hosts: v.key(
    Type.Array(v.domain, { title: 'a list of names', examples: ['[netboot.example]'] }),
    'Names by which browsers call it. Addresses, localhost and the machine’s own name always work.',
    [],
  ),
  tokens: v.key(
    Type.Array(token, {
      title: 'a list of tokens',
      examples: ['[{ name: wall, tokenFile: wall-token, scope: read }]'],
    }),
    'More tokens, each with a name that the log of admin actions shows.',
    [],
  ),
})

const keep = v.knownKeys({
  events: v.key(v.duration, 'Age at which events go.', defaults.keep.events),
  perHost: v.key(
    Type.Integer({ title: 'a number of events', minimum: 10 }),
    'Events kept for one host.',
    defaults.keep.perHost,
  ),
  output: v.key(v.size, 'Output of callbacks kept for one install.', defaults.keep.output),
})

const installs = v.knownKeys({
  parallel: v.key(
    Type.Integer({ title: 'a number of installs', minimum: 1, maximum: 1000 }),
    'How many `deploy` callbacks work at the same time; the others wait for their turn.',
    defaults.parallel,
  ),
  powerUp: v.key(
    Type.Integer({ title: 'a number of machines', minimum: 1, maximum: 10_000 }),
    'How many machines are switched on or reset at the same time; the others wait.',
    defaults.powerUp,
  ),
  powerStatus: v.key(
    v.duration,
    'After how long the power of each machine is asked for again.',
    defaults.powerStatus,
  ),
})

/** The whole config file as the operator writes it: checked by it, typed by it, printed by `schema`. */
export const configSchema = v.knownKeys(
  {
    dataDir: v.key(v.path, 'Database and generated secrets.', defaults.dataDir),
    assets: v.key(v.path, 'What machines download: loaders and images.', defaults.assets),
    assetRoots: v.key(
      Type.Array(v.path, { title: 'a list of folders', examples: ['[/nix/store]'] }),
      'Folders outside `assets` that symlinks inside it may point into.',
      defaults.assetRoots,
    ),
    http: v.key(http, 'The HTTP server.'),
    tftp: v.key(tftp, 'The TFTP server.'),
    dhcp: v.key(
      v.knownKeys({
        port: v.key(v.port, 'UDP port of DHCP.', defaults.dhcpPort),
        proxyPort: v.key(v.port, 'UDP port of the PXE boot server.', defaults.proxyPort),
      }),
      'The DHCP server and the proxyDHCP server.',
    ),
    admin: v.key(admin, 'Page, API and metrics.'),
    syslog: v.key(
      v.knownKeys({ port: v.key(v.port, 'UDP and TCP port.', defaults.syslogPort) }),
      'Takes what installers and kernels send by syslog into the timelines. Default: off.',
    ),
    networks: v.mapOf(v.name, network, {
      title: 'a map of networks',
      description: 'Subnets we serve, by name.',
      minProperties: 1,
      examples: ['{ lan: {} }'],
    }),
    loaders: v.key(
      loaders,
      'The first program of firmware, by arch, where it is to be another than usual.',
    ),
    unknownHosts: v.key(
      unknownHosts,
      'What clients that are no hosts get. Default: ignore in proxy mode, local in server mode.',
    ),
    profiles: v.key(v.mapOf(v.name, profile), 'What to boot, by name.'),
    hosts: v.key(v.mapOf(v.hostName, host), 'Machines, by name.'),
    callbacks: v.key(v.mapOf(v.name, callback), 'What to call, by name.'),
    power: v.key(v.mapOf(v.name, power), 'Ways to the power of machines, by name.'),
    installs: v.key(installs, 'How much is done at the same time.'),
    proxy: v.key(
      proxy,
      'The way out where there is no other: for `pull`, webhooks, the environment of callbacks, and answer files as `{{ proxy.http }}`.',
    ),
    mirror: v.key(mirror, 'Where `pull` fetches from, by the names of the catalogue.'),
    keep: v.key(keep, 'Bounds of what the daemon remembers.'),
  },
  { title: 'Bootwright config' },
)

export type RawConfig = Static<typeof configSchema>
export type RawNetwork = Static<typeof network>
export type RawToken = Static<typeof token>

const compiled = Compile(configSchema)

/** Whether a value has the shape of a config. Fast; {@link import('../check/shape.ts').readShape} says why not. */
export function isConfig(value: unknown): value is RawConfig {
  return compiled.Check(value)
}
