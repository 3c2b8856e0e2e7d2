import { parseArgs } from 'node:util'
import type { Config } from './config/config.ts'
import { jsonSchema } from './config/json-schema.ts'
import { formatProblem, loadConfig } from './config/load.ts'
import { serve } from './serve.ts'
import { wrongChecksums } from './wiring/checksums.ts'
import { explain, options as explainOptions, usage as explainUsage } from './wiring/explain.ts'

/** Runs the daemon until it is told to stop. */
export function serveCommand(argv: readonly string[]): Promise<number> {
  return withConfig('serve --config FILE', argv, {}, serve)
}

/** The JSON Schema of the config, for editors. */
export function schemaCommand(): number {
  return say(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
}

/** Every mistake at once; 0 when there is none. */
export async function checkCommand(argv: readonly string[]): Promise<number> {
  const options = { strict: { type: 'boolean' } } as const
  const read = readOptions('check --config FILE [--strict]', argv, options)
  if (typeof read === 'number') return read
  const { config, problems: found } = loadConfig(read.config)
  const problems = [...found, ...(config ? await wrongChecksums(config) : [])]
  for (const problem of problems) process.stderr.write(`${formatProblem(read.config, problem)}\n`)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  if (errors > 0 || (warnings > 0 && read.strict === true)) return 1
  const counts = `${config?.hosts.size ?? 0} hosts, ${config?.profiles.size ?? 0} profiles`
  return say(`${read.config}: good, ${counts}${warnings > 0 ? `, ${warnings} warnings` : ''}\n`)
}

/** What a client would be told, and why; nothing is sent. */
export function explainCommand(argv: readonly string[]): number | Promise<number> {
  if (argv.includes('--help')) return say(explainUsage)
  return withConfig('explain --config FILE --mac M', argv, explainOptions, config => {
    const explained = explain(argv, config)
    return 'wrong' in explained ? wrong(`bootwright: ${explained.wrong}\n`) : say(explained.text)
  })
}

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>

/** Reads the options of a command that needs a config, or answers --help and wrong usage. */
function readOptions(
  form: string,
  argv: readonly string[],
  options: Options,
): number | { config: string; strict?: unknown } {
  try {
    const all = { ...options, config: { type: 'string' }, help: { type: 'boolean' } } as const
    const { values } = parseArgs({ args: [...argv], options: all })
    if (values.help) return say(`usage: bootwright ${form}\n`)
    if (typeof values.config === 'string') return { ...values, config: values.config }
    return wrong(`bootwright: --config FILE is missing\nusage: bootwright ${form}\n`)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return wrong(`bootwright: ${why}\nusage: bootwright ${form}\n`)
  }
}

/** Runs with a config that has no mistakes; otherwise says them all and ends with 1. */
async function withConfig(
  form: string,
  argv: readonly string[],
  options: Options,
  run: (config: Config) => number | Promise<number>,
): Promise<number> {
  const read = readOptions(form, argv, options)
  if (typeof read === 'number') return read
  const { config, problems } = loadConfig(read.config)
  for (const problem of problems) process.stderr.write(`${formatProblem(read.config, problem)}\n`)
  return config ? run(config) : 1
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}

function wrong(text: string): number {
  process.stderr.write(text)
  return 2
}
