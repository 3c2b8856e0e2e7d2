import { printable } from '../../base/printable.ts'
import { givenServer, reach } from '../api-client.ts'
import { shortUsage, usageOf } from '../args.ts'
import { envOf, exit, Failure, type Io } from '../io.ts'
import { parseCommand } from '../parse-command.ts'
import { readySpec } from './store-spec.ts'

/** Milliseconds: who takes longer than this serves nobody. */
const patience = 2000

/** `bootwright ready NETWORK`: whether the daemon here serves it, for what moves an address to where it is served. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const parsed = parseCommand(readySpec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(readySpec))
    return exit.done
  }
  if (parsed.kind === 'wrong') {
    io.stderr.write(`bootwright ready: ${parsed.message}\n${shortUsage(readySpec)}\n`)
    return exit.usage
  }
  try {
    const given = parsed.values.text('server') ?? (envOf(io).BOOTWRIGHT_SERVER || undefined)
    const server = givenServer(given)
    const url = `${server}/readyz/${encodeURIComponent(parsed.words[0] ?? '')}`
    const answer = await reach(server, url, { signal: AbortSignal.timeout(patience) })
    const text = printable((await answer.text()).trimEnd())
    if (answer.status === 200) {
      io.stdout.write(`${text}\n`)
      return exit.done
    }
    io.stderr.write(`bootwright ready: ${text}\n`)
    return exit.no
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    io.stderr.write(`bootwright ready: ${error.message}\n`)
    return error.exitCode
  }
}
