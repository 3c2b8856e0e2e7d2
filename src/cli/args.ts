import { parseArgs } from 'node:util'
import { didYouMean, nearest } from '../base/nearest.ts'

/** An option of a command: with `value` it takes one, called so in the usage; else it is a switch. */
export interface OptionSpec {
  readonly help: string
  readonly value?: string
  /** May be given several times. */
  readonly many?: true
  /** The value is the path of a file. */
  readonly file?: true
  /** All values that there are, where they are few. */
  readonly of?: readonly string[]
  /** The value is a name of the config. */
  readonly names?: NameList
}

/** Lists of names that a daemon knows. */
export type NameList = 'hosts' | 'profiles' | 'tags' | 'networks'

/** What a command accepts. */
export interface CommandSpec {
  readonly name: string
  /** What follows `bootwright NAME` on the usage line. */
  readonly line: string
  /** Its line in the list of commands. */
  readonly brief: string
  readonly summary: string
  /** Command lines to copy. */
  readonly examples?: readonly string[]
  readonly options: Readonly<Record<string, OptionSpec>>
  /** How many words that are no options: names of hosts, `of` these, or what it `needs`. */
  readonly words: {
    readonly min: number
    readonly max: number
    readonly of?: readonly string[]
    /** They are files, but for the last one, which is a new name. */
    readonly files?: true
    /** What is said when there are too few. */
    readonly needs?: string
  }
}

/** The options that were given, by name. */
export interface Values {
  readonly has: (name: string) => boolean
  readonly text: (name: string) => string | undefined
  readonly list: (name: string) => string[]
}

export type Parsed =
  | { readonly kind: 'run'; readonly values: Values; readonly words: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

const helpOption: OptionSpec = { help: 'write this' }

/** The options of a command, `--help` included. */
export function allOptions(spec: CommandSpec): Readonly<Record<string, OptionSpec>> {
  return { ...spec.options, help: helpOption }
}

/** Reads the arguments behind the command's name; wrong ones are a value that says what is wrong. */
export function parseCommand(spec: CommandSpec, argv: readonly string[]): Parsed {
  const options = allOptions(spec)
  const config = Object.entries(options).map(([name, { value, many }]) => [
    name,
    { type: value ? 'string' : 'boolean', multiple: many ?? false, ...shortOf(name) },
  ])
  const { tokens, values, positionals } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(config),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const message = tokens.map(token => wrongToken(token, options)).find(wrong => wrong !== undefined)
  if (message !== undefined) return { kind: 'wrong', message }
  if (values.help) return { kind: 'help' }
  const wrongWords = wrongNumber(spec, positionals)
  if (wrongWords !== undefined) return { kind: 'wrong', message: wrongWords }
  return { kind: 'run', values: valuesOf(values), words: positionals }
}

/** The text behind `--help`: the usage line, what the command does, its options, examples. */
export function usageOf(spec: CommandSpec): string {
  const rows = Object.entries(allOptions(spec)).map(
    ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
  )
  const width = Math.max(...rows.map(([left]) => left.length))
  const lines = rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}\n`)
  const examples = (spec.examples ?? []).map(example => `  ${example}\n`)
  const copy = examples.length > 0 ? `\n${examples.join('')}` : ''
  return `${usageLine(spec)}\n\n${spec.summary}\n\n${lines.join('')}${copy}`
}

/** What is said of the usage beside a mistake: one line, and where the rest is. */
export function shortUsage({ name, line }: CommandSpec): string {
  const words = /^(?:\[[A-Z]+\]|[^[\n]+)/.exec(line)?.[0].trim() ?? ''
  const usage = ['bootwright', name, words, '[options]'].filter(Boolean).join(' ')
  return `usage: ${usage}; bootwright ${name} --help says more`
}

/** The first line of the usage text; it may go on in a second one. */
export function usageLine({ name, line }: CommandSpec): string {
  return `usage: bootwright ${[name, line].filter(Boolean).join(' ')}`
}

type ArgToken = { kind: string; rawName?: string; name?: string; value?: string | undefined } & {
  inlineValue?: boolean | undefined
}

function wrongToken(
  { kind, name = '', rawName = '', value, inlineValue }: ArgToken,
  options: Readonly<Record<string, OptionSpec>>,
): string | undefined {
  if (kind !== 'option') return undefined
  const option = Object.hasOwn(options, name) ? options[name] : undefined
  if (!option) {
    const meant = nearest(name, Object.keys(options))
    return `there is no option ${rawName}${meant ? `; did you mean --${meant}?` : ''}`
  }
  if (option.value === undefined) {
    return value === undefined ? undefined : `${rawName} takes no value`
  }
  // A value that looks like the next option is one that was forgotten.
  const forgotten = value === undefined || value === '' || (!inlineValue && value.startsWith('-'))
  if (!forgotten && option.of && !option.of.includes(value)) {
    const list = option.of.join(', ')
    return `${rawName} is one of ${list}, not "${value}"${didYouMean(value, option.of)}`
  }
  return forgotten ? `${rawName} needs a value: ${rawName} ${option.value}` : undefined
}

function wrongNumber({ words }: CommandSpec, given: readonly string[]): string | undefined {
  if (given.length < words.min) {
    const usual = words.of
      ? `it needs one of ${words.of.join(', ')}`
      : 'it needs the name of a host'
    return words.needs ?? usual
  }
  if (given.length <= words.max) return undefined
  const extra = given.slice(words.max).join(' ')
  return words.max === 0 ? `it takes no words, but got "${extra}"` : `"${extra}" is one too many`
}

function valuesOf(values: Readonly<Record<string, unknown>>): Values {
  const list = (name: string) => [values[name] ?? []].flat().map(String)
  return { has: name => values[name] === true, text: name => list(name)[0], list }
}

function shortOf(name: string): { short?: string } {
  return name === 'help' ? { short: 'h' } : {}
}
