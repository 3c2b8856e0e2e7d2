import type { ImageRow } from '../api/images.ts'
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
    const body = await api.get<{ images: ImageRow[] }>('/api/v1/images')
    if (values.has('json')) writeJson(io, body)
    else if (body.images.length === 0) io.stderr.write('no images\n')
    else io.stdout.write(formatTable(columns, body.images.map(rowOf), screenOf(io)))
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
