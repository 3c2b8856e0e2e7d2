import type { Mac } from '../wire/address.ts'
import type { FoundBy, Host } from './host.ts'
import type { ReasonOf } from './reason.ts'
import { isNoUuid, uuidSpellings } from './uuid.ts'

/** What a machine says of itself, and its relay of it. */
export interface Traits {
  readonly uuid?: string
  readonly serial?: string
  /** The port that it hangs on, in each way to write it; undefined where no relay says so. */
  readonly ports?: readonly string[]
}

export type TraitName = 'uuid' | 'serial' | 'port'

/** A machine that is another host's from now on, or no host's. */
export type MachineMove =
  /** Of this host from now on, whose MAC it was not so far. */
  | { readonly kind: 'moves-in'; readonly host: Host; readonly by: TraitName }
  /** It was this host's, and is no host's any more. */
  | { readonly kind: 'moves-out'; readonly host: Host }

/** Whose machine it is, or why that cannot be told. */
export type Recognition =
  | MachineMove
  | { readonly kind: 'unclear'; readonly why: ReasonOf<'found-twice' | 'host-at-work'> }

/** A host that is found otherwise than by a MAC of the config. */
export type FindableHost = Host & { readonly foundBy: FoundBy }

/** Machines with more cards than this netboot by one of those that were heard last. */
const mostCards = 8

export function isFindable(host: Host): host is FindableHost {
  return host.foundBy !== undefined
}

/** Hosts by what they are found by, and where each stands in the config. */
interface FindableHosts {
  readonly places: ReadonlyMap<FindableHost, number>
  readonly by: Readonly<Record<TraitName, ReadonlyMap<string, FindableHost>>>
}

/**
 * Finds whose machine says something of itself, where that is not what was known: `present` is the host that
 * its MAC has. Undefined where nothing changes. Pure; asked with each packet of a machine that boots, it
 * costs the same however many hosts there are.
 */
export function createFinder(
  all: Iterable<Host>,
): (traits: Traits, present: Host | undefined) => Recognition | undefined {
  const hosts = findableOf(all)
  if (hosts.places.size === 0) return () => undefined
  return (traits, present) => findingOf(hosts, traits, present)
}

function findableOf(all: Iterable<Host>): FindableHosts {
  const hosts = [...all].filter(isFindable)
  const named = (name: TraitName) =>
    new Map(
      hosts.flatMap(host => {
        const value = host.foundBy[name]
        return value === undefined ? [] : [[value.toLowerCase(), host]]
      }),
    )
  return {
    places: new Map(hosts.map((host, place) => [host, place])),
    by: { uuid: named('uuid'), serial: named('serial'), port: named('port') },
  }
}

function findingOf(
  hosts: FindableHosts,
  traits: Traits,
  present: Host | undefined,
): Recognition | undefined {
  // A MAC of the config is the last word.
  if (present && !isFindable(present)) return undefined
  const [first, second] = matchesOf(hosts, traits)
  if (first && second) {
    const hosts = [`${first.host.name} by ${first.by}`, `${second.host.name} by ${second.by}`]
    return { kind: 'unclear', why: { code: 'found-twice', hosts } }
  }
  if (first) return first.host.name === present?.name ? undefined : { kind: 'moves-in', ...first }
  const isGone = present !== undefined && contradicts(present.foundBy, traits)
  return isGone ? { kind: 'moves-out', host: present } : undefined
}

interface Match {
  readonly host: FindableHost
  readonly by: TraitName
}

/** In the order of the config; each by the trait that says most. Makers and switches write in capitals or not. */
function matchesOf({ places, by }: FindableHosts, { uuid, serial, ports = [] }: Traits): Match[] {
  const uuids = uuid === undefined || isNoUuid(uuid) ? [] : uuidSpellings(uuid)
  const said = { port: ports, uuid: uuids, serial: serial === undefined ? [] : [serial] }
  const found = new Map<FindableHost, TraitName>()
  for (const name of ['port', 'uuid', 'serial'] as const) {
    for (const value of said[name]) {
      const host = by[name].get(value.toLowerCase())
      if (host && !found.has(host)) found.set(host, name)
    }
  }
  const placeOf = (host: FindableHost) => places.get(host) ?? 0
  return [...found]
    .map(([host, by]) => ({ host, by }))
    .sort((a, b) => placeOf(a.host) - placeOf(b.host))
}

/**
 * The cards of a host after a machine with this MAC moved in, those heard first in front. A port has one
 * machine; what is found by a UUID or a serial number is one machine, with all its cards.
 */
export function cardsAfter(macs: readonly Mac[], mac: Mac, by: TraitName): readonly Mac[] {
  return by === 'port' ? [mac] : [...macs.filter(other => other !== mac), mac].slice(-mostCards)
}

/** The host with the cards that were learnt of it. */
export function withCards(host: FindableHost, macs: readonly Mac[]): Host {
  // One address is reserved, for one card.
  return { ...host, nics: macs.map((mac, n) => ({ mac, ...(n === 0 ? host.foundBy.card : {}) })) }
}

/** What it says is not what the host is found by; a machine that says nothing contradicts nothing. */
function contradicts({ uuid, serial, port }: FoundBy, said: Traits): boolean {
  const isElsewhere = port !== undefined && said.ports !== undefined
  const isOther = uuid !== undefined && !isNoUuid(said.uuid)
  return isElsewhere || isOther || (serial !== undefined && said.serial !== undefined)
}
