import type { PowerAnswer, PowerResult } from '../api/power.ts'
import { printable } from '../base/printable.ts'
import { type PowerVerb, powerVerbs } from '../boot/power.ts'
import { connectApi } from './api-client.ts'
import { type HostChoice, readChoice } from './choose.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { type Confirmed, confirm } from './confirm.ts'
import { envOf, exit, Failure, type Io } from './io.ts'
import { powerSpec } from './power-specs.ts'
import { formatTable, screenOf } from './table.ts'

/** A machine that is switched on is waited for, and many wait for their turn. */
const answerTimeout = 290_000
/** Hosts of one request: it must be answered before `fetch` gives up waiting for one, after 300 s. */
const together = 20

const columns = [{ title: 'HOST', cut: 16 }, { title: 'BY' }, { title: 'BEWARE', cut: 20 }]
const states = [{ title: 'HOST', cut: 16 }, { title: 'BY' }, { title: 'POWER', cut: 20 }]

/** `bootwright power on|off|cycle|status HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(powerSpec, argv, io, async call => {
    const [verb, ...words] = call.words
    const choice = readChoice(words, call.values.list('where'))
    const patient = { ...call, api: connectApi(call.values, envOf(io), answerTimeout) }
    const results = await resultsOf(readVerb(verb), choice, patient)
    if (results.length === 0) throw new Failure('no host matches', exit.no)
    if (call.values.has('json')) writeJson(io, { results })
    return results.every(({ ok }) => ok) ? exit.done : exit.no
  })
}

function readVerb(text: string | undefined): PowerVerb {
  const verb = powerVerbs.find(one => one === text)
  if (verb !== undefined) return verb
  throw new Failure(`it is on, off, cycle or status, not "${text}"`, exit.usage)
}

async function resultsOf(verb: PowerVerb, choice: HostChoice, call: Call): Promise<PowerResult[]> {
  if (verb !== 'status') return change(verb, choice, call)
  const { hosts: host, where = [] } = choice
  const { results } = await call.api.get<PowerAnswer>('/api/v1/power', { host, where })
  if (results.length > 0 && !call.values.has('json')) writeStates(call.io, results)
  return results
}

/** Says of each machine what became of it, as soon as it is known. */
async function change(verb: PowerVerb, choice: HostChoice, call: Call): Promise<PowerResult[]> {
  const { api, io, values } = call
  const ask = async (wish: HostChoice & { dryRun?: true }) =>
    (await api.post<PowerAnswer>('/api/v1/power', { verb, ...wish })).results
  const dryRun = () => ask({ ...choice, dryRun: true })
  const confirmed = await confirm(call, {
    choice,
    columns,
    dryRun,
    row: ({ host, by, warning }) => [host, by ?? '-', warning ?? '-'],
    verb: `power ${verb}`,
    left: 'nothing was done',
  })
  const { hosts, refused } = values.has('yes') ? split(await dryRun()) : named(confirmed)
  const tell = (some: readonly PowerResult[]) => {
    if (!values.has('json')) for (const result of some) writeDone(io, verb, result)
    return some
  }
  const results = [...tell(refused)]
  for (let at = 0; at < hosts.length; at += together) {
    results.push(...tell(await ask({ hosts: hosts.slice(at, at + together) })))
  }
  return results
}

function named({ choice, refused }: Confirmed<PowerResult>) {
  return { hosts: choice.hosts, refused }
}

/** Whom it can be asked for, and who is refused already. */
function split(trial: readonly PowerResult[]) {
  const hosts = trial.filter(({ ok }) => ok).map(({ host }) => host)
  return { hosts, refused: trial.filter(({ ok }) => !ok) }
}

function writeStates(io: Io, results: readonly PowerResult[]): void {
  const row = ({ host, by, state, reason }: PowerResult) => [
    host,
    by ?? '-',
    reason ?? state ?? '-',
  ]
  io.stdout.write(formatTable(states, results.map(row), screenOf(io)))
}

/** What became of it: on stdout when it was done, why not on stderr. */
function writeDone(io: Io, verb: string, { host, ok, state, reason }: PowerResult): void {
  const name = printable(host)
  if (!ok) io.stderr.write(`${name}: power ${verb} failed: ${printable(reason ?? 'no reason')}\n`)
  else if (state === 'unknown') io.stdout.write(`${name}: power ${verb} is done\n`)
  else io.stdout.write(`${name}: power ${verb} is done, it is ${state}\n`)
}
