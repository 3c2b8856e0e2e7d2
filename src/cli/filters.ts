import type { Names } from '../api/hosts.ts'
import { didYouMean } from '../base/nearest.ts'
import type { ApiClient } from './api-client.ts'
import type { Values } from './args.ts'
import { exit, Failure } from './io.ts'

/** Which hosts a list is of, as the API takes it. */
export interface Filters {
  readonly tag: string | undefined
  readonly profile: string | undefined
  readonly state?: string | undefined
}

/** `--tag`, `--profile` and `--state`. */
export function readFilters(values: Values): Filters {
  const [tag, profile, state] = ['tag', 'profile', 'state'].map(values.text)
  return { tag, profile, state }
}

/** Throws a {@link Failure} for a tag or profile that is nobody's: an empty list would hide a typo. */
export async function refuseUnknown(api: ApiClient, { tag, profile }: Filters): Promise<void> {
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
