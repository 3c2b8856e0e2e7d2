import { type ApiClient, connectApi } from './api-client.ts'
import type { CommandSpec } from './args.ts'
import { envOf, type Io } from './io.ts'
import { type Given, runParsed } from './run-parsed.ts'

/** One call of a command: its arguments, the daemon, and where to write. */
export interface Call extends Given {
  readonly io: Io
  readonly api: ApiClient
}

/** Runs a command that talks to a daemon. */
export function runApiCommand(
  spec: CommandSpec,
  argv: readonly string[],
  io: Io,
  body: (call: Call) => Promise<number>,
): Promise<number> {
  return runParsed(spec, argv, io, async ({ values, words }) =>
    body({ io, api: connectApi(values, envOf(io)), values, words }),
  )
}

/** What the API answered, for programs. */
export function writeJson(io: Io, body: unknown): void {
  io.stdout.write(`${JSON.stringify(body, null, 2)}\n`)
}
