import { hostStates } from '../boot/host-state.ts'
import { allOptions, type CommandSpec, type NameList, type OptionSpec } from './args.ts'

/** A word that could stand where the cursor is, and what it means. */
export interface Candidate {
  readonly word: string
  readonly help: string
}

/** What could stand where the cursor is. */
export interface Candidates {
  readonly words: readonly Candidate[]
  /** Also names that the daemon knows, each behind `before`. */
  readonly names?: { readonly list: NameList; readonly before: string }
  /** Also the files of the folder. */
  readonly files?: true
}

const nothing: Candidates = { words: [] }

/** What can complete the last of these words, which stand behind `bootwright` on a command line. */
export function candidatesFor(
  words: readonly string[],
  commands: readonly CommandSpec[],
): Candidates {
  const [name = '', ...rest] = words
  const last = words.at(-1) ?? ''
  if (words.length <= 1) return startingWith(last, commands.map(commandCandidate))
  const spec = commands.find(command => command.name === name)
  if (!spec) return nothing
  const options = allOptions(spec)
  const before = rest.at(-2) ?? ''
  const taking = before.startsWith('--') ? options[before.slice(2)] : undefined
  if (taking?.value !== undefined) return valuesOf(before, taking, last)
  if (last.startsWith('-')) return startingWith(last, Object.entries(options).map(optionCandidate))
  if (spec.words.of) return startingWith(last, spec.words.of.map(plain))
  if (spec.words.files) return { words: [], files: true }
  return spec.words.max === 0 ? nothing : named('hosts')
}

/** Only the candidates that begin like this. */
function startingWith(start: string, words: readonly Candidate[]): Candidates {
  return { words: words.filter(({ word }) => word.startsWith(start)) }
}

function valuesOf(name: string, { of, file, names }: OptionSpec, last: string): Candidates {
  if (file) return { words: [], files: true }
  if (of) return startingWith(last, of.map(plain))
  if (names) return named(names)
  if (name !== '--where') return nothing
  if (last.startsWith('tag=')) return named('tags', 'tag=')
  if (last.startsWith('profile=')) return named('profiles', 'profile=')
  const states = hostStates.map(state => `state=${state}`)
  return startingWith(last, ['tag=', 'profile=', ...states].map(plain))
}

function named(list: NameList, before = ''): Candidates {
  return { words: [], names: { list, before } }
}

function commandCandidate({ name, brief }: CommandSpec): Candidate {
  return { word: name, help: brief }
}

function optionCandidate([name, { help }]: [string, OptionSpec]): Candidate {
  return { word: `--${name}`, help }
}

function plain(word: string): Candidate {
  return { word, help: '' }
}
