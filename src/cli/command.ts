import { type ApiClient, connectApi } from './api-client.ts'
import { type CommandSpec, parseCommand, shortUsage, usageOf, type Values } from './args.ts'
import { envOf, exit, Failure, type Io } from './io.ts'

/** One call of a command: its arguments, the daemon, and where to write. */
export interface Call {
  readonly io: Io
  readonly api: ApiClient
  readonly values: Values
  readonly words: readonly string[]
}

/**
 * Runs a command: help, wrong usage and every {@link Failure} end here, as text and an exit code.
 *
 * @throws only what is a bug
 */
export async function runCommand(
  spec: CommandSpec,
  argv: readonly string[],
  io: Io,
  body: (call: Call) => Promise<number>,
): Promise<number> {
  const parsed = parseCommand(spec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(spec))
    return exit.done
  }
  try {
    if (parsed.kind === 'wrong') throw new Failure(parsed.message, exit.usage)
    const { values, words } = parsed
    const api = connectApi(values, envOf(io))
    return await body({ io, api, values, words })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    io.stderr.write(`bootwright ${spec.name}: ${error.message}\n`)
    if (error.exitCode === exit.usage) io.stderr.write(`${shortUsage(spec)}\n`)
    return error.exitCode
  }
}

/** What the API answered, for programs. */
export function writeJson(io: Io, body: unknown): void {
  io.stdout.write(`${JSON.stringify(body, null, 2)}\n`)
}
