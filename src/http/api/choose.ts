import { didYouMean } from '../../base/nearest.ts'
import { fulfils, readFactCondition } from '../../boot/fact-condition.ts'
import type { Host } from '../../boot/host.ts'
import { type HostState, hostStates } from '../../boot/host-state.ts'
import { Refusal } from '../problem.ts'
import { tagsOf } from './filters.ts'

/** Chooses hosts: names or globs, and conditions that must all hold. */
export interface HostCriteria {
  readonly hosts: readonly string[]
  /** `tag=T`, `profile=P`, `state=S`, or a condition on facts. */
  readonly where: readonly string[]
}

/** `property` is what of the choice is meant: `hosts[1]`. */
export type Chosen =
  | { readonly hosts: readonly Host[] }
  | { readonly refused: string; readonly property: string }

/** What a choice is made from. */
export interface Choosable {
  readonly hosts: ReadonlyMap<string, Host>
  /** Names of all profiles, also of those that no host has. */
  readonly profiles: Iterable<string>
  stateOf(name: string): HostState
  /** What the machine of a host told of itself. */
  factsOf(name: string): unknown
}

/** What a choice in a request is made from. */
export interface ChoiceDeps {
  hosts(): ReadonlyMap<string, Host>
  /** Names of all profiles. */
  profiles(): Iterable<string>
  stateOf(name: string): HostState
  factsOf(name: string): unknown
}

/** The hosts of a choice in a request; `part` is the part of it. Throws Refusal where it means nothing. */
export function chosenHosts(
  { hosts = [], where = [] }: Partial<HostCriteria>,
  { stateOf, factsOf, ...deps }: ChoiceDeps,
  part: 'body' | 'query',
): readonly Host[] {
  const from = { hosts: deps.hosts(), profiles: deps.profiles(), stateOf, factsOf }
  const found = chooseHosts({ hosts, where }, from)
  if ('refused' in found) throw new Refusal(400, found.refused, `${part}.${found.property}`)
  return found.hosts
}

/**
 * The hosts of a choice, in the config's order. A name that is no host, a tag, profile or state that is
 * not there, and a glob or condition that means nothing, is refused with a sentence; conditions that
 * match nobody together give an empty list.
 */
export function chooseHosts(choice: HostCriteria, from: Choosable): Chosen {
  if (choice.hosts.length === 0 && choice.where.length === 0) {
    return { refused: 'no host is named: give names, globs or where', property: 'hosts' }
  }
  const all = from.hosts
  const wanted = new Set<string>()
  for (const [n, pattern] of choice.hosts.entries()) {
    const matches = matching(pattern, all)
    if (matches.length === 0) return { refused: noHost(pattern, all), property: `hosts[${n}]` }
    for (const name of matches) wanted.add(name)
  }

  const conditions: ((host: Host) => boolean)[] = []
  for (const [n, text] of choice.where.entries()) {
    const condition = readCondition(text, from)
    if ('refused' in condition) return { ...condition, property: `where[${n}]` }
    conditions.push(condition.holds)
  }
  const named = choice.hosts.length > 0
  const hosts = [...all.values()].filter(
    host => (!named || wanted.has(host.name)) && conditions.every(holds => holds(host)),
  )
  return { hosts }
}

function matching(pattern: string, all: ReadonlyMap<string, Host>): string[] {
  if (!/[*?]/.test(pattern)) return all.has(pattern) ? [pattern] : []
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  const glob = new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`)
  return [...all.keys()].filter(name => glob.test(name))
}

type Condition = { readonly holds: (host: Host) => boolean } | { readonly refused: string }

function readCondition(text: string, { hosts, profiles, stateOf, factsOf }: Choosable): Condition {
  const fact = readFactCondition(text)
  if (fact) return { holds: host => fulfils(factsOf(host.name), fact) }
  const [, key, value = ''] = /^(tag|profile|state)=(.+)$/s.exec(text) ?? []
  switch (key) {
    case 'tag':
      return known(value, tagsOf(hosts.values()), 'no host has the tag', host =>
        host.tags.includes(value),
      )
    case 'profile':
      return known(value, [...profiles], 'the config has no profile', host => {
        return host.profile?.name === value
      })
    case 'state':
      return known(value, hostStates, 'there is no state', host => stateOf(host.name) === value)
    default:
      return {
        refused: `"${text}" is no condition: write tag=T, profile=P, state=S or facts.NAME>=N`,
      }
  }
}

function known(
  value: string,
  names: readonly string[],
  problem: string,
  holds: (host: Host) => boolean,
): Condition {
  if (names.includes(value)) return { holds }
  return { refused: `${problem} "${value}"${didYouMean(value, names)}` }
}

function noHost(pattern: string, all: ReadonlyMap<string, Host>): string {
  const meant = didYouMean(pattern, all.keys())
  if (meant !== '') return `${pattern} matches no host${meant}`
  const some = [...all.keys()].slice(0, 5).join(', ')
  const list =
    some === '' ? 'the config has no hosts' : `the config has ${some}${all.size > 5 ? ' …' : ''}`
  return `${pattern} matches no host; ${list}`
}
