import type { Host } from '../../boot/host.ts'

/** Chooses hosts: names or globs, and conditions that must all hold. */
export interface Choice {
  readonly hosts: readonly string[]
  /** `tag=T`, `profile=P` or `state=S`. */
  readonly where: readonly string[]
}

export type Chosen = { readonly hosts: readonly Host[] } | { readonly refused: string }

/**
 * The hosts of a choice, in the config's order. A name that is no host, and a glob or condition that
 * means nothing, is refused with a sentence; conditions that match nobody give an empty list.
 */
export function chooseHosts(
  choice: Choice,
  all: ReadonlyMap<string, Host>,
  stateOf: (name: string) => string,
): Chosen {
  if (choice.hosts.length === 0 && choice.where.length === 0) {
    return { refused: 'no host is named: give names, globs or where' }
  }
  const wanted = new Set<string>()
  for (const pattern of choice.hosts) {
    const matches = matching(pattern, all)
    if (matches.length === 0) return { refused: noHost(pattern, all) }
    for (const name of matches) wanted.add(name)
  }

  const conditions: ((host: Host) => boolean)[] = []
  for (const text of choice.where) {
    const condition = readCondition(text, stateOf)
    if (!condition) {
      return { refused: `"${text}" is no condition: write tag=T, profile=P or state=S` }
    }
    conditions.push(condition)
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

function readCondition(text: string, stateOf: (name: string) => string) {
  const [key, value] = [text.split('=', 1)[0], text.slice(text.indexOf('=') + 1)]
  if (!text.includes('=') || value === '') return undefined
  switch (key) {
    case 'tag':
      return (host: Host) => host.tags.includes(value)
    case 'profile':
      return (host: Host) => host.profile?.name === value
    case 'state':
      return (host: Host) => stateOf(host.name) === value
    default:
      return undefined
  }
}

function noHost(pattern: string, all: ReadonlyMap<string, Host>): string {
  const some = [...all.keys()].slice(0, 5).join(', ')
  const known =
    some === '' ? 'the config has no hosts' : `the config has ${some}${all.size > 5 ? ' …' : ''}`
  return `${pattern} matches no host; ${known}`
}
