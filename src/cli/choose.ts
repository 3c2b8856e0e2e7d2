import type { OptionSpec } from './args.ts'
import { exit, Failure } from './io.ts'

/** Which hosts a command is for, as the API takes it. */
export interface HostChoice {
  /** Names or globs. */
  readonly hosts: string[]
  readonly where?: string[]
}

export const whereOption: OptionSpec = {
  value: 'tag=T|profile=P|state=S|facts.NAME>=N',
  many: true,
  help: 'only hosts of this tag, profile or state, or that told this of themselves; may be given several times',
}

/** Throws a {@link Failure} for what is no condition. */
export function refuseNoCondition(where: readonly string[]): void {
  const wrong = where.find(
    text => !/^(?:(?:tag|profile|state)=|facts\.[^<>!=]+[<>!]?=?)./.test(text),
  )
  if (wrong !== undefined) {
    throw new Failure(
      `--where is tag=T, profile=P, state=S or facts.NAME>=N, not "${wrong}"`,
      exit.usage,
    )
  }
}

/** Reads host names and `--where`; with only `--where` all hosts are meant that it lets through. */
export function readChoice(words: readonly string[], where: string[]): HostChoice {
  refuseNoCondition(where)
  if (words.length === 0 && where.length === 0) {
    throw new Failure(
      'it needs the name of a host, a glob such as "rack1-*", or --where',
      exit.usage,
    )
  }
  const hosts = words.length === 0 ? ['*'] : [...new Set(words)]
  return { hosts, ...(where.length > 0 && { where }) }
}
