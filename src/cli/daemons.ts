import type { DaemonList, DaemonRow } from '../api/daemon.ts'
import { daemonsSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { colourOf, formatTime } from './format.ts'
import { exit, type Io } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'DAEMON' },
  { title: 'STATE' },
  { title: 'NETWORKS', leave: 2, cut: 8 },
  { title: 'SINCE', leave: 3 },
  { title: 'HEARD' },
  { title: 'BEHIND', leave: 4 },
  { title: 'VERSION', leave: 5 },
] as const

/** `bootwright daemons`: exit code 1 when none works. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(daemonsSpec, argv, io, async ({ api, values }) => {
    const list = await api.get<DaemonList>('/api/v1/daemons')
    if (values.has('json')) writeJson(io, list)
    else io.stdout.write(formatTable(columns, list.daemons.map(rowOf), screenOf(io)))
    return list.daemons.some(({ state }) => state === 'working') ? exit.done : exit.no
  })
}

function rowOf({ name, state, networks, since, heardAt, behind, version }: DaemonRow) {
  return [
    name,
    { text: state.replace('-', ' '), colour: colourOf(state) },
    networks.join(',') || '-',
    formatTime(since),
    formatTime(heardAt),
    state === 'standing-by' ? String(behind) : '-',
    version,
  ]
}
