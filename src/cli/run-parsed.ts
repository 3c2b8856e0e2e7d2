import { type CommandSpec, shortUsage, usageOf, type Values } from './args.ts'
import { exit, Failure, type Io } from './io.ts'
import { parseCommand } from './parse-command.ts'

/** What was given behind a command's name. */
export interface Given {
  readonly values: Values
  readonly words: readonly string[]
}

/**
 * Reads a command's arguments and runs it: help, wrong usage and every {@link Failure} end here, as text and
 * an exit code.
 *
 * @throws only what is a bug
 */
export async function runParsed(
  spec: CommandSpec,
  argv: readonly string[],
  io: Io,
  body: (given: Given) => Promise<number>,
): Promise<number> {
  const parsed = parseCommand(spec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(spec))
    return exit.done
  }
  try {
    if (parsed.kind === 'wrong') throw new Failure(parsed.message, exit.usage)
    return await body(parsed)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    io.stderr.write(`bootwright ${spec.name}: ${error.message}\n`)
    if (error.exitCode === exit.usage) io.stderr.write(`${shortUsage(spec)}\n`)
    return error.exitCode
  }
}
