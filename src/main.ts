import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import * as cancel from './cli/cancel.ts'
import * as events from './cli/events.ts'
import * as hosts from './cli/hosts.ts'
import * as install from './cli/install.ts'
import type { Io } from './cli/io.ts'
import * as leases from './cli/leases.ts'
import * as show from './cli/show.ts'
import type { Config } from './config/config.ts'
import { jsonSchema } from './config/json-schema.ts'
import { formatProblem, loadConfig } from './config/load.ts'
import { serve } from './serve.ts'
import { explain, usage as explainUsage } from './wiring/explain.ts'

const usage = `usage: bootwright COMMAND [options]

  serve --config FILE      runs the daemon in the foreground
  check --config FILE      every mistake in a config; --strict: warnings count too
  explain --config FILE    what a client would be told, and why
  schema                   JSON Schema of the config, for editors
  hosts                    all hosts and their states
  show HOST                one host: facts, installs, callbacks, timeline
  events [HOST]            the timeline; --follow goes on
  leases                   addresses given
  install HOST…            asks for an install; --wait follows it
  cancel HOST…             takes it back

bootwright COMMAND --help says more.
`

/** The commands that talk to a running daemon. */
const clients = new Map(Object.entries({ hosts, show, events, leases, install, cancel }))

/** Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 the daemon cannot be reached. */
async function main(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv
  if (command === undefined) return wrong(usage)
  if (command === '--help' || command === '-h' || command === 'help') return say(usage)
  if (command === '--version') return say(`${version()}\n`)
  switch (command) {
    case 'serve':
      return withConfig('serve --config FILE', rest, {}, config => serve(config))
    case 'check':
      return check(rest)
    case 'explain':
      return explainCommand(rest)
    case 'schema':
      return say(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
  }
  const client = clients.get(command)
  if (client) return client.run(rest, terminal())
  return wrong(`bootwright: there is no command ${command}\n${usage}`)
}

function check(argv: readonly string[]): number | Promise<number> {
  const options = { strict: { type: 'boolean' } } as const
  const read = readOptions('check --config FILE [--strict]', argv, options)
  if (typeof read === 'number') return read
  const { config, problems } = loadConfig(read.config)
  for (const problem of problems) process.stderr.write(`${formatProblem(read.config, problem)}\n`)
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  if (errors > 0 || (warnings > 0 && read.strict === true)) return 1
  const counts = `${config?.hosts.size ?? 0} hosts, ${config?.profiles.size ?? 0} profiles`
  return say(`${read.config}: good, ${counts}${warnings > 0 ? `, ${warnings} warnings` : ''}\n`)
}

function explainCommand(argv: readonly string[]): number | Promise<number> {
  if (argv.includes('--help')) return say(explainUsage)
  const options = {
    mac: { type: 'string' },
    arch: { type: 'string' },
    stage: { type: 'string' },
    state: { type: 'string' },
    dhcp: { type: 'string' },
    whole: { type: 'boolean' },
  } as const
  return withConfig('explain --config FILE --mac M', argv, options, config => {
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

function terminal(): Io {
  const { stdin, stdout, stderr } = process
  return { stdin, stdout, stderr, isTerminal: stdout.isTTY === true, columns: stdout.columns }
}

function say(text: string): number {
  process.stdout.write(text)
  return 0
}

function wrong(text: string): number {
  process.stderr.write(text)
  return 2
}

function version(): string {
  const file = new URL('../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

// A reader that goes away (`| head`) is no error.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await main(process.argv.slice(2))
