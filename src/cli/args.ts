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

const helpOption: OptionSpec = { help: 'write this' }

/** The options of a command, `--help` included. */
export function allOptions(spec: CommandSpec): Readonly<Record<string, OptionSpec>> {
  return { ...spec.options, help: helpOption }
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
