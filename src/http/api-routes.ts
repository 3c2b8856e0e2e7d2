import type { FastifyInstance, FastifyReply } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Host, Profile, Vars } from '../boot/host.ts'
import type { Delivery, HostRecord, Install } from '../boot/install.ts'
import type { Ipv4 } from '../wire/address.ts'
import { type Access, allowedOnly, tokenOnly } from './access.ts'
import { chooseHosts } from './choose.ts'
import { type DoctorDeps, doctorRoutes } from './doctor-routes.ts'
import { type EventsDeps, eventRoutes } from './event-routes.ts'
import { problem } from './problem.ts'
import {
  callbackView,
  eventView,
  hostDetails,
  hostView,
  installView,
  type LeaseRecord,
  leaseView,
} from './views.ts'

export interface ApiDeps extends DoctorDeps {
  readonly access: () => Access
  readonly events: EventsDeps
  now(): number
  hosts(): ReadonlyMap<string, Host>
  profile(name: string): Profile | undefined
  record(name: string): HostRecord | undefined
  /** Why a host could not boot what its profile says. */
  blocked(host: Host): string | undefined
  addressOf(host: Host): Ipv4 | undefined
  /** Hosts whose deploy waits for a free place, in their order. */
  line(): readonly string[]
  hostOfMac(mac: string): string | undefined
  installs(name: string): readonly Install[]
  deliveries(name: string): readonly Delivery[]
  leases(): readonly LeaseRecord[]
  /** What concerns every host: networks that cannot be served, a full disk. */
  notices(): readonly string[]
  /** Clients that are no hosts, newest last. */
  strangers(): readonly unknown[]
  ask(
    host: Host,
    overrides: { profile?: Profile; vars?: Vars },
    replace: boolean,
    dryRun: boolean,
  ): { ok: true; install: string } | { ok: false; reason: string }
  cancel(
    name: string,
  ): { ok: true; was: string; warning?: string } | { ok: false; was: string; reason: string }
  committed(): Promise<void>
}

const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()])
const AskBody = Type.Object(
  {
    hosts: Type.Optional(Type.Array(Type.String())),
    where: Type.Optional(Type.Array(Type.String())),
    profile: Type.Optional(Type.String()),
    vars: Type.Optional(Type.Record(Type.String(), Scalar)),
    replace: Type.Optional(Type.Boolean()),
    dryRun: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
const CancelBody = Type.Object(
  {
    hosts: Type.Optional(Type.Array(Type.String())),
    where: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false },
)
const HostsQuery = Type.Object({
  tag: Type.Optional(Type.String()),
  profile: Type.Optional(Type.String()),
  state: Type.Optional(Type.String()),
})

/** `/api/v1`: what the command line and the page use. */
export async function apiRoutes(app: FastifyInstance, deps: ApiDeps): Promise<void> {
  app.addHook('onRequest', allowedOnly(deps.access))
  app.addHook('onRequest', tokenOnly(deps.access))
  hostRoutes(app, deps)
  installRoutes(app, deps)
  eventRoutes(app, deps.events)
  doctorRoutes(app, deps)

  app.get('/leases', async () => {
    const now = deps.now()
    return { leases: deps.leases().map(l => leaseView(l, deps.hostOfMac(l.mac), now)) }
  })
  app.get('/strangers', async () => ({ strangers: deps.strangers() }))
}

function hostRoutes(app: FastifyInstance, deps: ApiDeps): void {
  const viewer = () => {
    const turns = new Map(deps.line().map((name, index) => [name, index + 1]))
    return (host: Host) =>
      hostView(host, deps.record(host.name), deps.addressOf(host), turns.get(host.name))
  }

  app.get<{ Querystring: Static<typeof HostsQuery> }>(
    '/hosts',
    { schema: { querystring: HostsQuery } },
    async (request, reply) => {
      const where = Object.entries(request.query).map(([key, value]) => `${key}=${value}`)
      const choice = { hosts: where.length === 0 ? ['*'] : [], where }
      const notices = deps.notices()
      if (deps.hosts().size === 0) return { hosts: [], notices }
      const chosen = chooseHosts(choice, deps.hosts(), stateOf(deps))
      if ('refused' in chosen) return problem(reply, 400, chosen.refused)
      return { hosts: chosen.hosts.map(viewer()), notices }
    },
  )

  app.get<{ Params: { name: string } }>('/hosts/:name', async (request, reply) => {
    const host = deps.hosts().get(request.params.name)
    if (!host) return problem(reply, 404, `the config has no host ${request.params.name}`)
    const record = deps.record(host.name)
    const attempts = record?.life.attempt ?? 0
    return {
      host: { ...viewer()(host), ...hostDetails(host, record, deps.blocked(host)) },
      installs: deps
        .installs(host.name)
        .map(install => installView(install, install.id === record?.install ? attempts : 0)),
      callbacks: deps.deliveries(host.name).map(callbackView),
      events: deps.events.newest(50, host.name).map(eventView),
    }
  })
}

function installRoutes(app: FastifyInstance, deps: ApiDeps): void {
  app.post<{ Body: Static<typeof AskBody> }>(
    '/installs',
    { schema: { body: AskBody } },
    async (request, reply) => {
      const { hosts = [], where = [], vars, replace = false, dryRun = false } = request.body
      const name = request.body.profile
      const profile = name === undefined ? undefined : deps.profile(name)
      if (name !== undefined && !profile) {
        return problem(reply, 400, `the config has no profile ${name}`)
      }
      const chosen = chooseHosts({ hosts, where }, deps.hosts(), stateOf(deps))
      if ('refused' in chosen) return problem(reply, 400, chosen.refused)
      const overrides = { ...(profile && { profile }), ...(vars && { vars }) }
      const results = chosen.hosts.map(host => {
        const asked = deps.ask(host, overrides, replace, dryRun)
        const install = asked.ok && !dryRun ? asked.install : null
        return { host: host.name, ok: asked.ok, install, reason: asked.ok ? null : asked.reason }
      })
      await deps.committed()
      return { results }
    },
  )

  app.post<{ Body: Static<typeof CancelBody> }>(
    '/cancels',
    { schema: { body: CancelBody } },
    async (request, reply) => cancelAll(request.body, reply, deps),
  )
}

async function cancelAll(body: Static<typeof CancelBody>, reply: FastifyReply, deps: ApiDeps) {
  const { hosts = [], where = [] } = body
  const chosen = chooseHosts({ hosts, where }, deps.hosts(), stateOf(deps))
  if ('refused' in chosen) return problem(reply, 400, chosen.refused)
  const results = chosen.hosts.map(host => {
    const { ok, was, ...rest } = deps.cancel(host.name)
    return { host: host.name, ok, was, warning: null, reason: null, ...rest }
  })
  await deps.committed()
  return { results }
}

function stateOf(deps: ApiDeps): (name: string) => string {
  return name => deps.record(name)?.life.state ?? 'idle'
}
