import { readFileSync } from 'node:fs'
import { countOf } from '../../base/amount.ts'
import type { Config, Problem } from '../../config/config.ts'
import { type Loaded, loadConfig } from '../../config/load.ts'
import { jsonSchema } from '../../config/schema/json-schema.ts'
import { wrongChecksums } from '../../world/checksums.ts'
import { routerProblems } from '../../world/routers.ts'
import { type CommandSpec, shortUsage, usageOf, type Values } from '../args.ts'
import { envOf, exit, type Io } from '../io.ts'
import { parseCommand } from '../parse-command.ts'
import { countOfProblems, formatProblems } from './problems.ts'
import { checkSpec, explainSpec, schemaSpec, serveSpec } from './specs.ts'

type Exit = number | Promise<number>

/** Runs the daemon until it is told to stop. Only this command loads it: `check` is asked often. */
export function serveCommand(argv: readonly string[], io: Io): Exit {
  return run(serveSpec, argv, io, values =>
    withConfig(serveSpec, values, io, 'error', async config => {
      const { serve } = await import('../../daemon/serve.ts')
      return serve(config)
    }),
  )
}

/** The JSON Schema of the config, for editors. */
export function schemaCommand(argv: readonly string[], io: Io): Exit {
  return run(schemaSpec, argv, io, () => {
    io.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
    return exit.done
  })
}

/** Every mistake at once; 0 when there is none. */
export function checkCommand(argv: readonly string[], io: Io): Exit {
  return run(checkSpec, argv, io, async values => {
    const file = values.text('config')
    if (file === undefined) return wrong(checkSpec, io, '--config FILE is missing')
    const loaded = loadConfig(file, 'warning')
    const { config } = loaded
    const problems = [...loaded.problems, ...(await liveProblems(loaded))]
    const isAny = values.has('strict')
    const good = !problems.some(({ severity }) => isAny || severity === 'error')
    if (values.has('json')) {
      io.stdout.write(`${JSON.stringify({ file, good, problems }, null, 2)}\n`)
      return good ? exit.done : exit.no
    }
    showProblems(file, problems, io)
    if (!good) return exit.no
    const counts = problems.length > 0 ? [countOfProblems(problems)] : []
    const what = ['good', ...(config ? sizesOf(config) : []), ...counts]
    io.stdout.write(`${file}: ${what.join(', ')}\n`)
    return exit.done
  })
}

/** What is wrong around it, on the machine where it is checked. */
async function liveProblems({ config, locate }: Loaded): Promise<Problem[]> {
  if (!config || !locate) return []
  const all = await Promise.all([wrongChecksums(config), routerProblems(config, locate)])
  return all.flat()
}

function sizesOf({ hosts, profiles }: Config): string[] {
  return [countOf(hosts.size, 'host'), countOf(profiles.size, 'profile')]
}

/** What a client would be told, and why; nothing is sent. */
export function explainCommand(argv: readonly string[], io: Io): Exit {
  return run(explainSpec, argv, io, values =>
    withConfig(explainSpec, values, io, 'warning', async config => {
      const { explain } = await import('../../explain/explain.ts')
      const explained = await explain(values, config)
      if ('wrong' in explained) return wrong(explainSpec, io, explained.wrong)
      for (const line of explained.warnings ?? []) io.stderr.write(`warning: ${line}\n`)
      io.stdout.write(explained.text)
      return exit.done
    }),
  )
}

/** Reads the arguments; help and wrong ones end here. */
function run(
  spec: CommandSpec,
  argv: readonly string[],
  io: Io,
  body: (values: Values) => Exit,
): Exit {
  const parsed = parseCommand(spec, argv)
  if (parsed.kind === 'wrong') return wrong(spec, io, parsed.message)
  if (parsed.kind === 'run') return body(parsed.values)
  io.stdout.write(usageOf(spec))
  return exit.done
}

/** Runs with a config that has no mistakes; otherwise says them all and ends with 1. */
async function withConfig(
  spec: CommandSpec,
  values: Values,
  io: Io,
  unread: Problem['severity'],
  body: (config: Config) => Exit,
): Promise<number> {
  const file = values.text('config')
  if (file === undefined) return wrong(spec, io, '--config FILE is missing')
  const { config, problems } = loadConfig(file, unread)
  showProblems(file, problems, io)
  return config ? body(config) : exit.no
}

function showProblems(file: string, problems: readonly Problem[], io: Io): void {
  const { NO_COLOR, TERM } = envOf(io)
  const { isTTY = false } = io.stderr as { isTTY?: boolean }
  const screen = {
    width: undefined,
    isTerminal: isTTY,
    colour: isTTY && !NO_COLOR && TERM !== 'dumb',
  }
  io.stderr.write(formatProblems(file, readText(file), problems, screen))
}

/** Empty where it cannot be read, which is among the problems then. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function wrong(spec: CommandSpec, io: Io, sentence: string): number {
  io.stderr.write(`bootwright ${spec.name}: ${sentence}\n${shortUsage(spec)}\n`)
  return exit.usage
}
