import type { Mac } from '../wire/address.ts'
import type { FoundBy, Host } from './host.ts'
import type { ReasonOf } from './reason.ts'
import { isNoUuid, isSameUuid } from './uuid.ts'

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

/**
 * Whose machine says this of itself, where that is not what was known: `present` is the host that its MAC
 * has. Undefined where nothing changes. Pure.
 */
export function findingOf(
  hosts: readonly FindableHost[],
  traits: Traits,
  present: Host | undefined,
): Recognition | undefined {
  // A MAC of the config is the last word.
  if (present && !isFindable(present)) return undefined
  const found = hosts.flatMap(host => {
    const by = traitOf(host.foundBy, traits)
    return by ? [{ host, by }] : []
  })
  const [first, second] = found
  if (first && second) {
    const hosts = [`${first.host.name} by ${first.by}`, `${second.host.name} by ${second.by}`]
    return { kind: 'unclear', why: { code: 'found-twice', hosts } }
  }
  if (first) return first.host.name === present?.name ? undefined : { kind: 'moves-in', ...first }
  const isGone = present !== undefined && contradicts(present.foundBy, traits)
  return isGone ? { kind: 'moves-out', host: present } : undefined
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
  const { card } = host.foundBy
  // One address is reserved, for one card.
  const other = card.network === undefined ? {} : { network: card.network }
  return { ...host, nics: macs.map((mac, n) => ({ mac, ...(n === 0 ? card : other) })) }
}

function traitOf(foundBy: FoundBy, { uuid, serial, ports }: Traits): TraitName | undefined {
  if (foundBy.port !== undefined && ports?.some(port => isSame(port, foundBy.port))) return 'port'
  if (isMachine(foundBy.uuid, uuid)) return 'uuid'
  return isSame(serial, foundBy.serial) ? 'serial' : undefined
}

/** What it says is not what the host is found by; a machine that says nothing contradicts nothing. */
function contradicts({ uuid, serial, port }: FoundBy, said: Traits): boolean {
  const isElsewhere = port !== undefined && said.ports !== undefined
  const isOther = uuid !== undefined && !isNoUuid(said.uuid)
  return isElsewhere || isOther || (serial !== undefined && said.serial !== undefined)
}

function isMachine(wanted: string | undefined, said: string | undefined): boolean {
  if (wanted === undefined || said === undefined || isNoUuid(said)) return false
  return isSameUuid(wanted, said)
}

/** Makers and switches write them in capitals or not. */
function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one.toLowerCase() === other?.toLowerCase()
}
