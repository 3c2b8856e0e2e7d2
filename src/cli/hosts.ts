import type { HostList, HostRow } from '../api/hosts.ts'
import { hostsSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { readFilters, refuseUnknown } from './filters.ts'
import { formatTime, stateCell, whyOf } from './format.ts'
import { exit, type Io, nowOf } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'NAME', cut: 16 },
  { title: 'STATE' },
  { title: 'PROFILE', leave: 5, cut: 8 },
  { title: 'ADDRESS', leave: 4 },
  { title: 'MAC', leave: 1 },
  { title: 'TAGS', leave: 2, cut: 6 },
  { title: 'SINCE', leave: 3 },
  { title: 'WHY', leave: 6, cut: 20 },
] as const

/** `bootwright hosts`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(hostsSpec, argv, io, async ({ api, values }) => {
    const filters = readFilters(values)
    const body = await api.get<HostList>('/api/v1/hosts', { ...filters })
    if (body.hosts.length === 0) await refuseUnknown(api, filters)
    if (values.has('json')) writeJson(io, body)
    else if (body.hosts.length === 0) io.stderr.write('no hosts\n')
    else
      io.stdout.write(
        formatTable(
          columns,
          body.hosts.map(host => rowOf(host, nowOf(io))),
          screenOf(io),
        ),
      )
    if (!values.has('json')) for (const line of body.notices ?? []) io.stderr.write(`${line}\n`)
    return exit.done
  })
}

function rowOf(host: HostRow, now: number) {
  return [
    host.name,
    stateCell(host),
    host.profile ?? '-',
    host.address ?? '-',
    host.mac ?? '-',
    host.tags.join(',') || '-',
    formatTime(host.since),
    whyOf(host, now),
  ]
}
