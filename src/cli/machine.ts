import { fieldsOf, lineOf, listOf } from '../base/untrusted.ts'

type Row = [title: string, text: string]

/** What an installer told about its machine, as far as it has the usual form; the rest is for `--json`. */
export function machineRows(facts: unknown): Row[] {
  const told = fieldsOf(facts)
  const plain = ['vendor', 'product', 'serial', 'uuid', 'cpus'].map(
    (key): Row => [key, lineOf(told[key])],
  )
  const disks = listOf(told.disks).map(({ name, model, serial, size }) =>
    rowOf('disk', name, model, serial, gigabytes(size)),
  )
  const nics = listOf(told.nics).map(({ name, mac }) => rowOf('nic', name, mac))
  const rows: Row[] = [...plain, ['memory', gigabytes(told.memory)], ...disks, ...nics]
  return rows.filter(([, text]) => text !== '')
}

function rowOf(title: string, ...words: readonly unknown[]): Row {
  return [title, words.map(lineOf).filter(Boolean).join('  ')]
}

function gigabytes(bytes: unknown): string {
  const number = Number(bytes)
  return number > 0 && Number.isFinite(number) ? `${(number / 1e9).toFixed(1)} GB` : ''
}
