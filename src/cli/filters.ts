import type { Names } from '../api/hosts.ts'
import { didYouMean } from '../base/nearest.ts'
import { hostStates } from '../boot/host-state.ts'
import type { ApiClient } from './api-client.ts'
import type { Values } from './args.ts'
import { refuseNoCondition } from './choose.ts'
import { exit, Failure } from './io.ts'

/** Which hosts a list is of, as the API takes it. */
export interface Filters {
  readonly tag: string | undefined
  readonly profile: string | undefined
  readonly state?: string | undefined
  /** Conditions on facts. */
  readonly where?: readonly string[]
}

/** `--tag`, `--profile` and `--state`, which may also be written as conditions of `--where`. */
export function readFilters(values: Values): Filters {
  const where = values.list('where')
  refuseNoCondition(where)
  const wanted = (key: string) => {
    const conditions = where.filter(text => text.startsWith(`${key}=`))
    const given = [values.text(key) ?? [], ...conditions.map(text => text.slice(key.length + 1))]
    const [one, other] = new Set(given.flat())
    if (other === undefined) return one
    throw new Failure(`a list is of one ${key}, not of "${one}" and "${other}"`, exit.usage)
  }
  const facts = where.filter(text => text.startsWith('facts.'))
  const named = { tag: wanted('tag'), profile: wanted('profile'), state: wanted('state') }
  return { ...named, ...(facts.length > 0 && { where: facts }) }
}

/** Throws a {@link Failure} for a tag, profile or state that is not there: an empty list would hide a typo. */
export async function refuseUnknown(
  api: ApiClient,
  { tag, profile, state }: Filters,
): Promise<void> {
  refuseOther(state, hostStates, 'there is no state')
  if (tag === undefined && profile === undefined) return
  const { tags, profiles } = await api.get<Names>('/api/v1/names')
  refuseOther(tag, tags, 'no host has the tag')
  refuseOther(profile, profiles, 'the config has no profile')
}

/** Throws a {@link Failure} for a name that is none of these. */
export function refuseOther(
  name: string | undefined,
  known: readonly string[],
  sentence: string,
): void {
  if (name === undefined || known.includes(name)) return
  throw new Failure(`${sentence} "${name}"${didYouMean(name, known)}`, exit.no)
}
