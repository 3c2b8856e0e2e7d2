import type { HostList, HostRow } from '../api/hosts.ts'
import { hostsSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { readFilters, refuseUnknown } from './filters.ts'
import { formatTime, powerCell, stateCell, whyOf } from './format.ts'
import { exit, type Io, nowOf } from './io.ts'
import { type Cell, formatTable, screenOf } from './table.ts'

/** Of the power it is told only where some host has a way to it. */
const columnsOf = (hasPower: boolean) => [
  { title: 'NAME', cut: 16 },
  { title: 'STATE' },
  { title: 'PROFILE', leave: 6, cut: 8 },
  { title: 'ADDRESS', leave: 5 },
  { title: 'MAC', leave: 1 },
  { title: 'TAGS', leave: 2, cut: 6 },
  { title: 'SINCE', leave: 3 },
  ...(hasPower ? [{ title: 'POWER', leave: 4 }] : []),
  { title: 'WHY', leave: 7, cut: 20 },
]

/** `bootwright hosts`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(hostsSpec, argv, io, async ({ api, values }) => {
    const filters = readFilters(values)
    const body = await api.get<HostList>('/api/v1/hosts', { ...filters })
    if (body.hosts.length === 0) await refuseUnknown(api, filters)
    if (values.has('json')) writeJson(io, body)
    else if (body.hosts.length === 0) io.stderr.write('no hosts\n')
    else writeHosts(body.hosts, io)
    if (!values.has('json')) for (const line of body.notices ?? []) io.stderr.write(`${line}\n`)
    return exit.done
  })
}

function writeHosts(hosts: readonly HostRow[], io: Io): void {
  const hasPower = hosts.some(({ power }) => power !== null)
  const rows = hosts.map(host => rowOf(host, hasPower, nowOf(io)))
  io.stdout.write(formatTable(columnsOf(hasPower), rows, screenOf(io)))
}

function rowOf(host: HostRow, hasPower: boolean, now: number): Cell[] {
  return [
    host.name,
    stateCell(host),
    host.profile ?? '-',
    host.address ?? '-',
    host.mac ?? '-',
    host.tags.join(',') || '-',
    formatTime(host.since),
    ...(hasPower ? [powerCell(host.power, now)] : []),
    whyOf(host, now),
  ]
}
