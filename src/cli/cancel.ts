import type { CancelResult } from '../api/installs.ts'
import { printable } from '../base/printable.ts'
import { cancelSpec } from './api-specs.ts'
import { type HostChoice, readChoice } from './choose.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { confirm } from './confirm.ts'
import { exit, Failure, type Io } from './io.ts'

const columns = [{ title: 'HOST', cut: 16 }, { title: 'STATE' }, { title: 'BEWARE', cut: 20 }]

/** `bootwright cancel HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(cancelSpec, argv, io, async call => {
    const { values, words } = call
    const choice = readChoice(words, values.list('where'))
    const confirmed = await confirm(call, {
      choice,
      columns,
      dryRun: () => cancel(call, { ...choice, dryRun: true }),
      row: ({ host, was, warning }) => [host, was, warning ?? '-'],
      verb: 'cancel',
      left: 'nothing was cancelled',
    })
    const done = confirmed.choice.hosts.length === 0 ? [] : await cancel(call, confirmed.choice)
    const results = [...confirmed.refused, ...done]
    if (results.length === 0) throw new Failure('no host matches', exit.no)
    if (values.has('json')) writeJson(io, { results })
    else for (const result of results) writeCancelled(io, result)
    return results.every(({ ok }) => ok) ? exit.done : exit.no
  })
}

async function cancel(
  { api }: Call,
  wish: HostChoice & { dryRun?: true },
): Promise<CancelResult[]> {
  return (await api.post<{ results: CancelResult[] }>('/api/v1/cancels', wish)).results
}

/** What became of a cancel: on stdout when it was, warnings and refusals on stderr. */
export function writeCancelled(io: Io, { host, ok, was, warning, reason }: CancelResult): void {
  if (ok) io.stdout.write(`${printable(host)}: cancelled, was ${was}\n`)
  else
    io.stderr.write(`${printable(host)}: not cancelled: ${printable(reason ?? `it is ${was}`)}\n`)
  if (warning !== null) io.stderr.write(`${printable(host)}: warning: ${printable(warning)}\n`)
}
