import type { Config } from '../../config/config.ts'
import { formatProblem, loadConfig } from '../../config/load.ts'
import { jsonSchema } from '../../config/schema/json-schema.ts'
import { serve } from '../../daemon/serve.ts'
import { explain } from '../../explain/explain.ts'
import { wrongChecksums } from '../../world/checksums.ts'
import { type CommandSpec, parseCommand, shortUsage, usageOf, type Values } from '../args.ts'
import { exit, type Io } from '../io.ts'
import { checkSpec, explainSpec, schemaSpec, serveSpec } from './specs.ts'

type Code = number | Promise<number>

/** Runs the daemon until it is told to stop. */
export function serveCommand(argv: readonly string[], io: Io): Code {
  return run(serveSpec, argv, io, values => withConfig(serveSpec, values, io, serve))
}

/** The JSON Schema of the config, for editors. */
export function schemaCommand(argv: readonly string[], io: Io): Code {
  return run(schemaSpec, argv, io, () => {
    io.stdout.write(`${JSON.stringify(jsonSchema(), null, 2)}\n`)
    return exit.done
  })
}

/** Every mistake at once; 0 when there is none. */
export function checkCommand(argv: readonly string[], io: Io): Code {
  return run(checkSpec, argv, io, async values => {
    const file = values.text('config')
    if (file === undefined) return wrong(checkSpec, io, '--config FILE is missing')
    const { config, problems: found } = loadConfig(file)
    const problems = [...found, ...(config ? await wrongChecksums(config) : [])]
    const errors = problems.filter(({ severity }) => severity === 'error').length
    const warnings = problems.length - errors
    const good = errors === 0 && (warnings === 0 || !values.has('strict'))
    if (values.has('json')) {
      io.stdout.write(`${JSON.stringify({ file, good, problems }, null, 2)}\n`)
      return good ? exit.done : exit.no
    }
    for (const problem of problems) io.stderr.write(`${formatProblem(file, problem)}\n`)
    if (!good) return exit.no
    const counts = `${config?.hosts.size ?? 0} hosts, ${config?.profiles.size ?? 0} profiles`
    io.stdout.write(`${file}: good, ${counts}${warnings > 0 ? `, ${warnings} warnings` : ''}\n`)
    return exit.done
  })
}

/** What a client would be told, and why; nothing is sent. */
export function explainCommand(argv: readonly string[], io: Io): Code {
  return run(explainSpec, argv, io, values =>
    withConfig(explainSpec, values, io, async config => {
      const explained = await explain(values, config)
      if ('wrong' in explained) return wrong(explainSpec, io, explained.wrong)
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
  body: (values: Values) => Code,
): Code {
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
  body: (config: Config) => Code,
): Promise<number> {
  const file = values.text('config')
  if (file === undefined) return wrong(spec, io, '--config FILE is missing')
  const { config, problems } = loadConfig(file)
  for (const problem of problems) io.stderr.write(`${formatProblem(file, problem)}\n`)
  return config ? body(config) : exit.no
}

function wrong(spec: CommandSpec, io: Io, sentence: string): number {
  io.stderr.write(`bootwright ${spec.name}: ${sentence}\n${shortUsage(spec)}\n`)
  return exit.usage
}
