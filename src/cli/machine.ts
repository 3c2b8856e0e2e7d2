import { fieldsOf, lineOf, objectsOf, type UnknownFields } from '../base/untrusted.ts'

type TitledText = [title: string, text: string]

/** What is shown in a form of its own; all else as it was told. */
const known = [
  'vendor',
  'product',
  'model',
  'serial',
  'uuid',
  'cpu',
  'cpus',
  'memory',
  'disks',
  'nics',
]

/** Everything that an installer told about its machine, the usual first. */
export function machineRows(facts: unknown): TitledText[] {
  const told = fieldsOf(facts)
  const plain = known.slice(0, 7).map((key): TitledText => [key, lineOf(told[key])])
  const disks = objectsOf(told.disks).map(({ name, model, serial, size, ...more }) =>
    rowOf('disk', name, model, serial, gigabytes(size), ...otherWords(more)),
  )
  const nics = objectsOf(told.nics).map(({ name, mac, ...more }) =>
    rowOf('nic', name, mac, ...otherWords(more)),
  )
  const others = Object.entries(told)
    .filter(([key]) => !known.includes(key))
    .map(([key, value]): TitledText => [lineOf(key), partsOf(key, value) ?? textOf(value)])
  const rows = [
    ...plain,
    ['memory', gigabytes(told.memory)] as TitledText,
    ...disks,
    ...nics,
    ...others,
  ]
  return rows.filter(([, text]) => text !== '')
}

function otherWords(more: UnknownFields): string[] {
  const said = Object.entries(more).filter(([, value]) => value !== null)
  return said.map(([key, value]) => `${lineOf(key)}=${textOf(value)}`)
}

/** The firmware as the agent tells it: `mode uefi, secureBoot true`. */
function partsOf(key: string, value: unknown): string | undefined {
  const parts = Object.entries(fieldsOf(value)).filter(([, part]) => part !== null)
  if (key !== 'firmware' || parts.length === 0) return undefined
  return lineOf(parts.map(([name, part]) => `${name} ${textOf(part)}`).join(', '))
}

/** Lists and groups are shown as the JSON that they came as. */
function textOf(value: unknown): string {
  const isPlain = typeof value === 'string' || typeof value === 'number'
  return lineOf(isPlain ? value : JSON.stringify(value))
}

function rowOf(title: string, ...words: readonly unknown[]): TitledText {
  return [title, words.map(lineOf).filter(Boolean).join('  ')]
}

function gigabytes(bytes: unknown): string {
  const number = Number(bytes)
  return number > 0 && Number.isFinite(number) ? `${(number / 1e9).toFixed(1)} GB` : ''
}
