import type { FastifyInstance } from 'fastify'
import type {
  LeaseList,
  LeasesQuery,
  NetworkRow,
  ProfileList,
  Status,
  StrangerList,
  StrangerRow,
  StrangersQuery,
} from '../../api/networks.ts'
import { routes } from '../../api/routes.ts'
import type { Host, Profile } from '../../boot/host.ts'
import type { HostState } from '../../boot/host-state.ts'
import type { Lease } from '../../boot/lease.ts'
import type { Lease6 } from '../../boot/lease6.ts'
import { countsOf, has, isOneOf, listOf, pageOf, tagsOf } from './filters.ts'
import { leaseView } from './views.ts'

export interface NetworkDeps {
  readonly version: string
  /** Epoch milliseconds. */
  readonly startedAt: number
  now(): number
  hosts(): ReadonlyMap<string, Host>
  profiles(): Iterable<Profile>
  /** Hosts that are not in it are idle. */
  states(): ReadonlyMap<string, HostState>
  hostOfMac(mac: string): string | undefined
  /** Those of IPv4 first. */
  leases(): readonly (Lease | Lease6)[]
  networks(): readonly NetworkRow[]
  /** Clients that are no hosts, heard last first. */
  strangers(): readonly StrangerRow[]
  /** How many callbacks are in each state. */
  callbacks(): ReadonlyMap<string, number>
  notices(): readonly string[]
  /** Id of the newest event; 0 before the first. */
  lastEvent(): number
}

/** What is not of one host: leases, strangers, profiles and the daemon itself. */
export function networkRoutes(app: FastifyInstance, deps: NetworkDeps): void {
  app.get<{ Querystring: LeasesQuery }>(
    '/leases',
    { schema: routes.leases },
    async ({ query }): Promise<LeaseList> => {
      const now = deps.now()
      const rows = deps
        .leases()
        .map(lease => leaseView(lease, deps.hostOfMac(lease.mac ?? ''), now))
        .filter(({ network }) => isOneOf(listOf(query.network), network))
        .filter(({ state }) => isOneOf(listOf(query.state), state))
        .filter(({ address, mac, duid, host, hostname }) =>
          has(query.q, [address, mac, duid, host, hostname]),
        )
      return { leases: pageOf(rows, query), total: rows.length }
    },
  )

  app.get<{ Querystring: StrangersQuery }>(
    '/strangers',
    { schema: routes.strangers },
    async ({ query }): Promise<StrangerList> => {
      const rows = deps
        .strangers()
        .filter(row => has(query.q, [row.mac, row.arch, row.uuid, row.serial, row.vendorClass]))
      return { strangers: pageOf(rows, query), total: rows.length }
    },
  )

  app.get('/profiles', { schema: routes.profiles }, async () => profileList(deps))
  app.get('/status', { schema: routes.status }, async () => statusOf(deps))
}

function profileList(deps: NetworkDeps): ProfileList {
  const hosts = [...deps.hosts().values()]
  return {
    profiles: [...deps.profiles()].map(profile => ({
      name: profile.name,
      boot: profile.boot,
      ask: profile.ask,
      phoneHome: profile.phoneHome,
      deploy: profile.deploy?.name ?? null,
      callbacks: profile.callbacks.map(({ name }) => name),
      files: Object.keys(profile.files),
      required: Object.entries(profile.vars).flatMap(([name, value]) =>
        value === 'required' ? [name] : [],
      ),
      hosts: hosts.filter(host => host.profile?.name === profile.name).length,
    })),
  }
}

function statusOf(deps: NetworkDeps): Status {
  const hosts = [...deps.hosts().values()]
  const states = deps.states()
  const callbacks = deps.callbacks()
  const waiting = (callbacks.get('due') ?? 0) + (callbacks.get('running') ?? 0)
  return {
    version: deps.version,
    startedAt: new Date(deps.startedAt).toISOString(),
    now: new Date(deps.now()).toISOString(),
    notices: [...deps.notices()],
    networks: [...deps.networks()],
    hosts: countsOf(hosts.map(({ name }) => states.get(name) ?? 'idle')),
    tags: tagsOf(hosts),
    callbacks: { waiting, undelivered: callbacks.get('undelivered') ?? 0 },
    strangers: deps.strangers().length,
    lastEvent: deps.lastEvent(),
  }
}
