import { printable } from '../../base/printable.ts'
import { givenServer, reach } from '../api-client.ts'
import { envOf, exit, Failure, type Io } from '../io.ts'
import { runParsed } from '../run-parsed.ts'
import { readySpec } from './store-spec.ts'

/** Milliseconds: who takes longer than this serves nobody. */
const patience = 2000

/** `bootwright ready NETWORK`: whether the daemon here serves it, for what moves an address to where it is served. */
export function run(argv: readonly string[], io: Io): Promise<number> {
  return runParsed(readySpec, argv, io, async ({ values, words: [network = ''] }) => {
    const server = givenServer(values, envOf(io))
    const url = `${server}/readyz/${encodeURIComponent(network)}`
    const answer = await reach(server, url, { signal: AbortSignal.timeout(patience) })
    const text = printable((await answer.text()).trimEnd())
    if (answer.status !== 200) throw new Failure(text, exit.no)
    io.stdout.write(`${text}\n`)
    return exit.done
  })
}
