import type { FastifyInstance } from 'fastify'
import type {
  Download,
  HostDetail,
  HostList,
  HostRow,
  HostsQuery,
  Names,
  Preview,
} from '../../api/hosts.ts'
import { routes } from '../../api/routes.ts'
import type { EventRecord } from '../../boot/event-record.ts'
import { fulfils, readFactCondition } from '../../boot/fact-condition.ts'
import type { Host } from '../../boot/host.ts'
import type { HostState } from '../../boot/host-state.ts'
import type { Delivery, HostRecord, PastInstall } from '../../boot/install.ts'
import type { PowerHeard } from '../../boot/power.ts'
import type { Reason } from '../../boot/reason.ts'
import { formatIpAddress, type IpAddress } from '../../wire/ip-address.ts'
import { Refusal } from '../problem.ts'
import { countsOf, has, isOneOf, listOf, pageOf, tagsOf } from './filters.ts'
import { findHost } from './find-host.ts'
import {
  callbackViews,
  type DeployQueue,
  eventView,
  hostDetails,
  hostView,
  installView,
  type Turn,
} from './views.ts'

export interface HostDeps {
  hosts(): ReadonlyMap<string, Host>
  /** Names of all profiles that can be booted, and of all networks. */
  profiles(): Iterable<string>
  networks(): Iterable<string>
  record(name: string): HostRecord | undefined
  /** What the machine told of itself. */
  facts(name: string): unknown
  /** Hosts that are not in it are idle. */
  states(): ReadonlyMap<string, HostState>
  /** Why a host could not boot what its profile says. */
  blocked(host: Host): Reason | undefined
  addressOf(host: Host): IpAddress | undefined
  /** Deploys that wait for a free place, in their order. */
  line(): DeployQueue
  /** Hosts that wait until they may be switched on or reset, in their order. */
  starting(): readonly string[]
  /** What was heard of its power the last time. */
  heard(host: Host): PowerHeard | undefined
  /** What its firmware said it is. */
  seen(name: string): { readonly arch: string; readonly stage: string } | undefined
  /** Files sent to it in this boot, in their order. */
  downloads(name: string): readonly Download[]
  installs(name: string): Promise<readonly PastInstall[]>
  deliveries(name: string): readonly Delivery[]
  newest(limit: number, host: string): Promise<readonly EventRecord[]>
  preview(host: Host): Preview
  /** What concerns every host: networks that cannot be served, a full disk. */
  notices(): readonly string[]
}

/** A host as it is now; `turns` as {@link turnsOf} tells them. */
export function rowOf(host: Host, deps: HostDeps, turns: ReadonlyMap<string, Turn>): HostRow {
  return hostView(host, deps.record(host.name), {
    leased: deps.addressOf(host),
    turn: turns.get(host.name),
    seen: deps.seen(host.name),
    download: current(deps.downloads(host.name)),
    heard: deps.heard(host),
  })
}

/** The places of hosts in the lines where they wait. */
export function turnsOf(line: DeployQueue, starting: readonly string[]): ReadonlyMap<string, Turn> {
  const places = line.map(({ host }) => host)
  return new Map([...turnsIn('starts', starting), ...turnsIn('places', places)])
}

function turnsIn(of: Turn['of'], line: readonly string[]): (readonly [string, Turn])[] {
  return line.map((host, n) => [host, { of, place: n + 1, length: line.length }])
}

/** `GET /hosts` and what lies under it. */
export function hostRoutes(app: FastifyInstance, deps: HostDeps): void {
  app.get<{ Querystring: HostsQuery }>(
    '/hosts',
    { schema: routes.hosts },
    async ({ query }): Promise<HostList> => {
      const tags = listOf(query.tag)
      const profiles = listOf(query.profile)
      const states = listOf(query.state)
      const known = deps.states()
      const turns = turnsOf(deps.line(), deps.starting())
      const stateOf = ({ name }: Host) => known.get(name) ?? 'idle'
      const fitting = whoFulfil(listOf(query.where), deps)
        .filter(host => tags.every(tag => host.tags.includes(tag)))
        .filter(({ profile }) => isOneOf(profiles, profile?.name ?? null))
        .filter(host => query.q === undefined || has(query.q, textsOf(host, stateOf(host), deps)))
      const chosen = fitting.filter(host => isOneOf(states, stateOf(host)))
      return {
        hosts: pageOf(chosen, query).map(host => rowOf(host, deps, turns)),
        total: chosen.length,
        states: countsOf(fitting.map(stateOf)),
        notices: [...deps.notices()],
      }
    },
  )

  app.get('/names', { schema: routes.names }, async (): Promise<Names> => namesOf(deps))

  app.get<{ Params: { name: string } }>(
    '/hosts/:name',
    { schema: routes.host },
    async ({ params }): Promise<HostDetail> => detailOf(findHost(params.name, deps.hosts()), deps),
  )

  app.get<{ Params: { name: string } }>(
    '/hosts/:name/preview',
    { schema: routes.preview },
    async ({ params }): Promise<Preview> => deps.preview(findHost(params.name, deps.hosts())),
  )
}

/** The hosts whose machines told what these conditions want. Throws Refusal for what is none. */
function whoFulfil(where: readonly string[], deps: HostDeps): readonly Host[] {
  const conditions = where.map((text, n) => {
    const condition = readFactCondition(text)
    if (condition) return condition
    const why = `"${text}" is no condition: write facts.NAME>=N`
    throw new Refusal(400, why, `query.where[${n}]`)
  })
  return [...deps.hosts().values()].filter(({ name }) => {
    return conditions.length === 0 || conditions.every(one => fulfils(deps.facts(name), one))
  })
}

function namesOf(deps: HostDeps): Names {
  const all = deps.hosts()
  return {
    hosts: [...all.keys()],
    profiles: [...deps.profiles()],
    tags: tagsOf(all.values()),
    networks: [...deps.networks()],
  }
}

async function detailOf(host: Host, deps: HostDeps): Promise<HostDetail> {
  const past = await deps.installs(host.name)
  const events = await deps.newest(50, host.name)
  const line = deps.line()
  const record = deps.record(host.name)
  const attempts = record?.life.attempt ?? 0
  const downloads = deps.downloads(host.name)
  return {
    host: {
      ...rowOf(host, deps, turnsOf(line, deps.starting())),
      ...hostDetails(host, deps.facts(host.name), deps.blocked(host), downloads),
    },
    installs: past.map(install =>
      installView(install, install.id === record?.install ? attempts : 0),
    ),
    callbacks: callbackViews(deps.deliveries(host.name), line),
    events: events.map(eventView),
  }
}

/** What people look a host up by. A MAC is found in any common spelling. */
function textsOf(host: Host, state: HostState, deps: HostDeps): (string | null)[] {
  const macs = host.nics.flatMap(({ mac }) => [
    mac,
    mac.replaceAll(':', '-'),
    mac.replaceAll(':', ''),
  ])
  const leased = deps.addressOf(host)
  const addresses = [
    ...host.nics.flatMap(({ address, address6 }) => [address ?? [], address6 ?? []].flat()),
    ...(leased === undefined ? [] : [leased]),
  ]
  const { name, profile, tags } = host
  return [name, ...macs, ...addresses.map(formatIpAddress), profile?.name ?? null, state, ...tags]
}

/** The file that is under way; where none is, the last one. */
function current(downloads: readonly Download[]): Download | undefined {
  return downloads.findLast(({ complete }) => !complete) ?? downloads.at(-1)
}
