import { type CommandSpec, parseCommand, usageLine, usageOf, type Values } from '../args.ts'
import { exit, Failure, type Io } from '../io.ts'

/** Runs a command that needs no daemon: help, wrong usage and every {@link Failure} end here. */
export async function runLocal(
  spec: CommandSpec,
  argv: readonly string[],
  io: Io,
  body: (values: Values) => Promise<number>,
): Promise<number> {
  const parsed = parseCommand(spec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(spec))
    return exit.done
  }
  try {
    if (parsed.kind === 'wrong') throw new Failure(parsed.message, exit.usage)
    return await body(parsed.values)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    io.stderr.write(`bootwright ${spec.name}: ${error.message}\n`)
    if (error.exitCode === exit.usage) io.stderr.write(`${usageLine(spec)}\n`)
    return error.exitCode
  }
}
