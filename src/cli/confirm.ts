import { createInterface } from 'node:readline'
import type { HostChoice } from './choose.ts'
import type { Call } from './command.ts'
import { exit, Failure, type Io } from './io.ts'
import { type Cell, type Column, formatTable, screenOf } from './table.ts'

/** What would become of one host, as a dry run says. */
interface Trial {
  readonly host: string
  readonly ok: boolean
}

/** A change of hosts that is shown, and for several hosts confirmed, before it is made. */
export interface Proposal<R extends Trial> {
  readonly choice: HostChoice
  /** Asks for it without changing anything. */
  readonly dryRun: () => Promise<readonly R[]>
  readonly columns: readonly Column[]
  readonly row: (result: R) => readonly Cell[]
  /** `install`, `cancel`. */
  readonly verb: string
  /** Also one host alone is confirmed. */
  readonly always?: boolean
  /** What is said when the answer is no. */
  readonly left: string
}

/** The hosts that it is for, and what is refused already. */
export interface Confirmed<R> {
  readonly choice: HostChoice
  readonly refused: readonly R[]
}

/**
 * Shows the hosts of a choice with what it means for each. More than one, or `always`, is confirmed at the terminal;
 * what was seen is what is asked for, by name. With `--yes` nobody is asked, and the daemon chooses.
 *
 * @throws Failure when nobody matches, nobody can be asked, or the answer is no
 */
export async function confirm<R extends Trial>(
  { io, values }: Call,
  { choice, dryRun, columns, row, verb, always = false, left }: Proposal<R>,
): Promise<Confirmed<R>> {
  if (values.has('yes')) return { choice, refused: [] }
  const results = await dryRun()
  if (results.length === 0) throw new Failure('no host matches', exit.no)
  const due = results.filter(({ ok }) => ok)
  const refused = results.filter(({ ok }) => !ok)
  const confirmed = { choice: { hosts: due.map(({ host }) => host) }, refused }
  if (due.length === 0) return confirmed
  const list = formatTable(columns, due.map(row), screenOf(io))
  if (!values.has('json') || due.length > 1) io.stderr.write(list)
  if (due.length === 1 && !always) return confirmed
  const these = due.length === 1 ? 'this host' : `these ${due.length} hosts`
  const [first = '', ...rest] = verb
  const asked = await askYes(io, `${first.toUpperCase()}${rest.join('')} ${these}?`)
  if (asked === 'yes') return confirmed
  if (asked === 'no') throw new Failure(left, exit.no)
  const [many, them] = due.length === 1 ? ['1 host', 'it'] : [`${due.length} hosts`, 'them']
  throw new Failure(`this is for ${many}; say --yes to ${verb} ${them}`, exit.usage)
}

/** What somebody at the terminal answers to a question; nobody where there is no terminal. */
export async function askYes(io: Io, question: string): Promise<'yes' | 'no' | 'nobody'> {
  if (!canAsk(io)) return 'nobody'
  io.stderr.write(`${question} [y/N] `)
  return /^y(?:es)?$/i.test((await readLine(io)).trim()) ? 'yes' : 'no'
}

/** Whether there is somebody to ask: both the screen and the keyboard are terminals. */
export function canAsk(io: Io): boolean {
  return io.isTerminal && io.stdin.isTTY === true
}

function readLine(io: Io): Promise<string> {
  const lines = createInterface({ input: io.stdin, terminal: false })
  return new Promise(resolve => {
    lines.once('line', line => {
      resolve(line)
      lines.close()
    })
    lines.once('close', () => resolve(''))
  })
}
