import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/schema'
import { defaults } from '../defaults.ts'
import { callback } from './callback.ts'
import { consoleWay } from './console.ts'
import { http, tftp } from './doors.ts'
import { host } from './host.ts'
import { loaders } from './loaders.ts'
import { network } from './network.ts'
import { power } from './power.ts'
import { profile, profileNames } from './profile.ts'
import { mirror, proxy } from './proxy.ts'
import { store } from './store.ts'
import * as v from './values.ts'

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

const unknownHosts = Type.Union([Type.Enum(['ignore', 'local', 'discover']), unknownProfile], {
  title: '`ignore`, `local`, `discover`, `{ profile: NAME }` or `{ menu: [NAME] }`',
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
  console: v.key(v.size, 'What is kept of the console of one host.', defaults.keep.console),
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
    store: v.key(store, 'Where what the daemon remembers is kept. Default: SQLite in dataDir.'),
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
        port6: v.key(v.port, 'UDP port of DHCPv6.', defaults.dhcp6Port),
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
    consoles: v.key(
      v.mapOf(v.name, consoleWay),
      'Ways to the serial consoles of machines, by name.',
    ),
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
export type RawToken = Static<typeof token>

const compiled = Compile(configSchema)

/** Whether a value has the shape of a config. Fast; {@link import('../check/shape.ts').readShape} says why not. */
export function isConfig(value: unknown): value is RawConfig {
  return compiled.Check(value)
}
