import type { Names } from '../api/hosts.ts'
import type { LeaseRow } from '../api/networks.ts'
import { leasesSpec } from './api-specs.ts'
import { runApiCommand, writeJson } from './command.ts'
import { refuseOther } from './filters.ts'
import { colourOf, formatTime } from './format.ts'
import { exit, type Io } from './io.ts'
import { formatTable, screenOf } from './table.ts'

const columns = [
  { title: 'ADDRESS' },
  { title: 'STATE' },
  { title: 'HOST', leave: 5, cut: 8 },
  { title: 'MAC', leave: 4 },
  { title: 'NETWORK', leave: 2, cut: 6 },
  { title: 'HOSTNAME', leave: 1, cut: 8 },
  { title: 'END', leave: 3 },
] as const

/** `bootwright leases`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(leasesSpec, argv, io, async ({ api, values }) => {
    const [network, state, q] = ['network', 'state', 'search'].map(values.text)
    const query = { network, state, q }
    const body = await api.get<{ leases: LeaseRow[] }>('/api/v1/leases', query)
    if (body.leases.length === 0 && network !== undefined) {
      const { networks } = await api.get<Names>('/api/v1/names')
      refuseOther(network, networks, 'the config has no network')
    }
    if (values.has('json')) writeJson(io, body)
    else if (body.leases.length === 0) io.stderr.write('no leases\n')
    else io.stdout.write(formatTable(columns, body.leases.map(rowOf), screenOf(io)))
    return exit.done
  })
}

function rowOf(lease: LeaseRow) {
  return [
    lease.address,
    { text: lease.state, colour: colourOf(lease.state) },
    lease.host ?? '-',
    lease.mac ?? `duid ${lease.duid}`,
    lease.network,
    lease.hostname ?? '-',
    formatTime(lease.end),
  ]
}
