import { existsSync, readFileSync } from 'node:fs'
import { countOf } from '../../base/amount.ts'
import { printable } from '../../base/printable.ts'
import { StoreError } from '../../store/database.ts'
import { copyStore } from '../../store/postgres/copy.ts'
import { shortUsage, usageOf } from '../args.ts'
import { writeJson } from '../command.ts'
import { exit, type Io } from '../io.ts'
import { parseCommand } from '../parse-command.ts'
import { storeSpec } from './store-spec.ts'

/** `bootwright store copy`: what SQLite remembers goes to PostgreSQL, whole or not at all. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const parsed = parseCommand(storeSpec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(storeSpec))
    return exit.done
  }
  const json = parsed.kind === 'run' && parsed.values.has('json')
  const from = parsed.kind === 'run' ? parsed.values.text('from') : undefined
  const to = parsed.kind === 'run' ? parsed.values.text('to') : undefined
  if (parsed.kind === 'wrong' || from === undefined || to === undefined) {
    const why = parsed.kind === 'wrong' ? parsed.message : 'it needs --from DIR and --to URL'
    io.stderr.write(`bootwright store: ${why}\n${shortUsage(storeSpec)}\n`)
    return exit.usage
  }
  try {
    // The URL has a password, and a command line is read by everybody on this machine.
    const rows = await copyStore(from, existsSync(to) ? readFileSync(to, 'utf8') : to)
    if (json) writeJson(io, { rows })
    else io.stdout.write(`copied ${countOf(rows, 'row')}\n`)
    return exit.done
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    io.stderr.write(`bootwright store: ${printable(error.message)}\n`)
    return exit.no
  }
}
