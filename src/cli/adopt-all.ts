import type { AdoptAnswer, AdoptedHost } from '../api/adopt.ts'
import type { StrangerList, StrangerRow } from '../api/networks.ts'
import { printable } from '../base/printable.ts'
import { hostKeys } from './adopt-keys.ts'
import { orders } from './adopt-specs.ts'
import { type Call, writeJson } from './command.ts'
import { askYes } from './confirm.ts'
import { exit, Failure } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'NAME' },
  { title: 'MAC' },
  { title: 'SERIAL', leave: 1, cut: 8 },
  { title: 'PORT', leave: 2, cut: 12 },
]

/**
 * `bootwright adopt --all --name 'r7-n{{ n }}'`: all machines on which the agent waits become hosts, either all
 * or none.
 */
export async function adoptAll({ values, words, api, io }: Call): Promise<number> {
  const pattern = values.text('name')
  if (words.length > 0 || pattern === undefined) {
    throw new Failure(`with --all it needs --name 'PATTERN', and nothing else`, exit.usage)
  }
  const keys = hostKeys(values)
  if (keys.address !== undefined) {
    throw new Failure('--address is for one machine, not for --all', exit.usage)
  }
  const { strangers } = await api.get<StrangerList>('/api/v1/strangers')
  const waiting = inOrder(
    strangers.filter(({ waits }) => waits),
    values.text('by') ?? 'mac',
  )
  if (waiting.length === 0) throw new Failure('the agent waits on no machine', exit.no)
  const names = namesOf(pattern, waiting.length)
  const hosts = waiting.map(({ mac }, n): AdoptedHost => ({ mac, name: names[n] ?? '', ...keys }))
  if (!values.has('yes')) await askFirst(waiting, names, io)
  const answer = await api.post<AdoptAnswer>('/api/v1/hosts', { hosts })
  for (const line of answer.warnings) io.stderr.write(`${printable(line)}\n`)
  if (values.has('json')) writeJson(io, answer)
  else for (const name of answer.hosts) io.stdout.write(`${printable(name)} is a host\n`)
  return exit.done
}

/** `{{ n }}` counts from 1. */
function namesOf(pattern: string, count: number): string[] {
  const place = /\{\{\s*n\s*\}\}/
  if (count > 1 && !place.test(pattern)) {
    throw new Failure(
      `--name has to differ for ${count} machines: write {{ n }} into it, which counts them`,
      exit.usage,
    )
  }
  return Array.from({ length: count }, (_, n) => pattern.replace(place, String(n + 1)))
}

function inOrder(machines: readonly StrangerRow[], by: string): StrangerRow[] {
  const known = orders.find(order => order === by)
  if (!known) throw new Failure(`--by is ${orders.join(', ')}, not "${printable(by)}"`, exit.usage)
  const compare = new Intl.Collator('en', { numeric: true }).compare
  return machines.toSorted(
    (a, b) => compare(a[known] ?? '', b[known] ?? '') || compare(a.mac, b.mac),
  )
}

async function askFirst(
  machines: readonly StrangerRow[],
  names: readonly string[],
  io: Call['io'],
): Promise<void> {
  const rows = machines.map(({ mac, serial, port }, n) => {
    return [names[n] ?? '', mac, serial ?? '-', port ?? '-']
  })
  io.stderr.write(formatTable(columns, rows, screenOf(io)))
  const asked = await askYes(io, `Make these ${machines.length} machines hosts?`)
  if (asked === 'no') throw new Failure('nothing was changed', exit.no)
  if (asked === 'nobody') {
    throw new Failure(
      `this is for ${machines.length} machines; say --yes to adopt them`,
      exit.usage,
    )
  }
}
