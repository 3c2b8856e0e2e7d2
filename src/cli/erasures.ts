import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErasureList, ErasureRow } from '../api/erasures.ts'
import { amount } from '../base/amount.ts'
import { printable } from '../base/printable.ts'
import { erasuresSpec } from './adopt-specs.ts'
import type { ApiClient } from './api-client.ts'
import { runApiCommand, writeJson } from './command.ts'
import { exit, Failure, type Io } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'ENDED' },
  { title: 'HOST', cut: 16 },
  { title: 'RESULT' },
  { title: 'DISKS', cut: 20 },
] as const

/** `bootwright erasures [HOST]`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(erasuresSpec, argv, io, async ({ api, values, words }) => {
    const [host] = words
    const list = await api.get<ErasureList>('/api/v1/erasures', host === undefined ? {} : { host })
    const folder = values.text('save')
    if (folder !== undefined) await save(folder, list.erasures, api)
    if (values.has('json')) writeJson(io, list)
    else if (list.erasures.length === 0) io.stderr.write('nothing was erased\n')
    else io.stdout.write(formatTable(columns, list.erasures.map(rowOf), screenOf(io)))
    return exit.done
  })
}

function rowOf({ endedAt, host, erased, disks }: ErasureRow) {
  const names = disks.map(({ disk, serial, size }) =>
    [disk, serial, amount(size)].filter(Boolean).join(' '),
  )
  const result = erased ? 'erased' : { text: 'NOT erased', colour: 'red' as const }
  return [endedAt, host, result, names.join('; ')]
}

async function save(folder: string, rows: readonly ErasureRow[], api: ApiClient): Promise<void> {
  for (const { host, install } of rows) {
    const url = `/api/v1/erasures/${encodeURIComponent(install)}`
    const name = `${printable(host)}-${install}`.replaceAll('/', '_')
    write(folder, `${name}.json`, await api.download(`${url}/record`))
    write(folder, `${name}.sig`, await api.download(`${url}/signature`))
  }
  write(folder, 'erasure-key.pem', await api.download('/api/v1/erasures/key'))
}

function write(folder: string, name: string, bytes: Uint8Array): void {
  const file = join(folder, name)
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, bytes)
  } catch (error) {
    throw new Failure(`${file} cannot be written: ${(error as Error).message}`, exit.no)
  }
}
