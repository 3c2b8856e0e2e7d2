import type { DiskImageRow, ImageList, ImageRow } from '../api/images.ts'
import { amount } from '../base/amount.ts'
import { imagesSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { exit, type Io } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'NAME', cut: 16 },
  { title: 'FORM', leave: 3 },
  { title: 'SIZE' },
  { title: 'KERNEL', leave: 5, cut: 8 },
  { title: 'VERSION', leave: 6, cut: 8 },
  { title: 'PROFILES', leave: 2, cut: 8 },
  { title: 'INIT', leave: 4, cut: 20 },
] as const

/** `bootwright images`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(imagesSpec, argv, io, async ({ api, values }) => {
    const body = await api.get<ImageList>('/api/v1/images')
    const rows = [...body.images.map(rowOf), ...body.disks.map(diskRow)]
    if (values.has('json')) writeJson(io, body)
    else if (rows.length === 0) io.stderr.write('no images\n')
    else io.stdout.write(formatTable(columns, rows, screenOf(io)))
    return exit.done
  })
}

function rowOf(image: ImageRow) {
  const { problem, init } = image
  return [
    image.name,
    image.form,
    amount(image.bytes),
    image.kernel.version ?? '-',
    image.source?.version ?? '-',
    image.profiles.join(',') || '-',
    problem === null ? (init ?? '-') : { text: problem, colour: 'red' as const },
  ]
}

/** In the last column what it becomes, and whose disk it was. */
function diskRow({ name, bytes, unpacked, captured, profiles, problem }: DiskImageRow) {
  const from = captured ? `, ${captured.host} on ${captured.at.slice(0, 10)}` : ''
  const what = unpacked === null ? '-' : `${amount(unpacked)} on a disk${from}`
  const last = problem === null ? what : { text: problem, colour: 'red' as const }
  return [name, 'disk', amount(bytes), '-', '-', profiles.join(',') || '-', last]
}
