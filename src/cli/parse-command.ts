import { parseArgs } from 'node:util'
import { didYouMean, nearest } from '../base/nearest.ts'
import { allOptions, type CommandSpec, type OptionSpec, type Values } from './args.ts'

export type Parsed =
  | { readonly kind: 'run'; readonly values: Values; readonly words: readonly string[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string }

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
