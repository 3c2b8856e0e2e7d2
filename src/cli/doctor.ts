import type { DoctorAnswer } from '../api/doctor.ts'
import { printable } from '../base/printable.ts'
import { doctorSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { exit, type Io } from './io.ts'
import { paint, type Screen, screenOf, wrapText } from './table.ts'

/** `bootwright doctor HOST`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(doctorSpec, argv, io, async ({ api, values, words: [name = ''] }) => {
    const body = await api.get<DoctorAnswer>(`/api/v1/hosts/${encodeURIComponent(name)}/doctor`)
    if (values.has('json')) writeJson(io, body)
    else io.stdout.write(formatDiagnosis(body, screenOf(io)))
    return body.verdicts.length === 0 ? exit.done : exit.no
  })
}

/** Each verdict with its evidence and what to do. */
export function formatDiagnosis({ host, verdicts }: DoctorAnswer, screen: Screen): string {
  if (verdicts.length === 0) return `${printable(host)}: nothing seems to be wrong\n`
  const blocks = verdicts.map(({ title, evidence, advice }) => {
    const lines = evidence.map(line => `  - ${wrapText(printable(line), 4, screen.width)}\n`)
    const head = paint(wrapText(printable(title), 0, screen.width), 'red', screen)
    return `${head}\n${lines.join('')}  ${wrapText(`What to do: ${printable(advice)}`, 2, screen.width)}\n`
  })
  return blocks.join('\n')
}
