import type { StrangerList, StrangerRow } from '../api/networks.ts'
import { printable } from '../base/printable.ts'
import { unknownSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { formatTime } from './format.ts'
import { exit, type Io } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'MAC' },
  { title: 'ARCH', leave: 4 },
  { title: 'ADDRESS', leave: 3 },
  { title: 'SERIAL', leave: 1, cut: 8 },
  { title: 'LAST SEEN', leave: 5 },
  { title: 'WHAT', leave: 2, cut: 20 },
] as const

/** `bootwright unknown`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(unknownSpec, argv, io, async ({ api, values }) => {
    const body = await api.get<StrangerList>('/api/v1/strangers')
    const { strangers } = body
    if (values.has('json')) writeJson(io, body)
    else if (strangers.length === 0) io.stderr.write('no unknown machines\n')
    else {
      io.stdout.write(formatTable(columns, strangers.map(rowOf), screenOf(io)))
      io.stdout.write(`\nTo paste under \`hosts:\` of the config:\n\n`)
      for (const { entry } of strangers) io.stdout.write(entryText(entry))
    }
    return exit.done
  })
}

/** The lines of an entry, each as far in as they stand under `hosts:`. */
export function entryText(entry: string): string {
  const lines = entry.trimEnd().split('\n')
  return lines.map(line => `  ${printable(line)}\n`).join('')
}

function rowOf(stranger: StrangerRow) {
  const { mac, arch, address, serial, at, text, waits } = stranger
  return [
    mac,
    arch,
    address ?? '-',
    serial ?? '-',
    formatTime(at),
    waits ? 'the agent waits on it' : text,
  ]
}
