import type { CancelResult } from '../api/installs.ts'
import { usageOf } from './args.ts'
import { readChoice, whereOption } from './choose.ts'
import { apiCommand, runCommand, writeJson } from './command.ts'
import { exit, Failure, type Io } from './io.ts'
import { clean } from './table.ts'

export const spec = apiCommand({
  name: 'cancel',
  line: 'HOST... [--where tag=T|profile=P|state=S] [--json]',
  summary:
    'Takes an install back in any state that is not an end. HOST may be a glob. A machine that\n' +
    'may already be erasing its disk is named.',
  options: { where: whereOption },
  words: { min: 0, max: Number.POSITIVE_INFINITY },
})

export const usage = usageOf(spec)

/** `bootwright cancel HOST...`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runCommand(spec, argv, io, async ({ api, values, words }) => {
    const choice = readChoice(words, values.list('where'))
    const body = await api.post<{ results: CancelResult[] }>('/api/v1/cancels', choice)
    if (body.results.length === 0) throw new Failure('no host matches', exit.no)
    if (values.has('json')) writeJson(io, body)
    else for (const result of body.results) writeCancelled(io, result)
    return body.results.every(({ ok }) => ok) ? exit.done : exit.no
  })
}

/** What became of a cancel: on stdout when it was, warnings and refusals on stderr. */
export function writeCancelled(io: Io, { host, ok, was, warning, reason }: CancelResult): void {
  if (ok) io.stdout.write(`${clean(host)}: cancelled, was ${was}\n`)
  else io.stderr.write(`${clean(host)}: not cancelled: ${clean(reason ?? `it is ${was}`)}\n`)
  if (warning !== null) io.stderr.write(`${clean(host)}: warning: ${clean(warning)}\n`)
}
