import type { SQLOutputValue } from 'node:sqlite'
import { formatIpv4, type Ipv4 } from '../../wire/address.ts'

/** What a column holds; in memory it is what tables.ts of the store says. */
type Kind = keyof typeof kinds

export interface Table {
  readonly name: string
  /** The primary key. */
  readonly key: readonly string[]
  /** In the order in which they stand in memory. */
  readonly columns: Readonly<Record<string, Kind>>
}

/** How a value of memory is sent, and how a column is read so that it is the same again. */
interface ColumnKind {
  readonly type: string
  send(value: SQLOutputValue): unknown
  read(name: string): string
}

const asIs = (value: SQLOutputValue): unknown => value
const asNumber = (name: string) => `${name}::float8`

/** PostgreSQL keeps no NUL in a text, and the wire may bring one. */
const asText = (value: SQLOutputValue) =>
  typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value

const kinds = {
  text: { type: 'text', send: asText, read: name => name },
  /** It is kept as it was written, to the letter. */
  json: { type: 'json', send: asText, read: name => `${name}::text` },
  number: { type: 'bigint', send: asIs, read: asNumber },
  real: { type: 'double precision', send: asIs, read: name => name },
  flag: {
    type: 'boolean',
    send: value => (value === null ? null : value === 1),
    read: name => `${name}::int`,
  },
  time: {
    type: 'timestamptz',
    send: value => (value === null ? null : timeOf(Number(value))),
    read: name => `round(extract(epoch from ${name}) * 1000)::float8`,
  },
  address: {
    type: 'inet',
    send: value => (value === null ? null : formatIpv4(Number(value) as Ipv4)),
    read: name => `(${name} - '0.0.0.0'::inet)::float8`,
  },
  /** A number is one of IPv4, a text one of IPv6; the column in memory makes numbers of digits again. */
  ipAddress: {
    type: 'inet',
    send: value => {
      if (value === null || typeof value === 'string') return value
      return formatIpv4(Number(value) as Ipv4)
    },
    read: name =>
      `case family(${name}) when 4 then (${name} - '0.0.0.0'::inet)::text else host(${name}) end`,
  },
} as const satisfies Readonly<Record<string, ColumnKind>>

/** The last moment that both PostgreSQL and ISO 8601 write with four digits of a year. */
const latest = Date.UTC(9999, 11, 31)

function timeOf(milliseconds: number): string {
  return new Date(Math.min(milliseconds, latest)).toISOString()
}

export function columnOf(kind: Kind): ColumnKind {
  return kinds[kind]
}

/** Those whose rows are the same in memory and in PostgreSQL; what others need comes before them. */
export const tables: readonly Table[] = [
  {
    name: 'hosts',
    key: ['name'],
    columns: {
      ...{ name: 'text', state: 'text', life: 'json', install: 'text', deadline: 'time' },
      ...{ percent: 'real', message: 'text', facts: 'json', last_seen: 'time', uuid: 'text' },
      progress_at: 'time',
    },
  },
  { name: 'macs', key: ['mac'], columns: { mac: 'text' } },
  {
    name: 'installs',
    key: ['id'],
    columns: {
      ...{ id: 'text', host: 'text', profile: 'text', spec: 'json', asked_at: 'time' },
      ...{ ended_at: 'time', outcome: 'text', reason: 'text' },
    },
  },
  {
    name: 'install_templates',
    key: ['install', 'name'],
    columns: { install: 'text', name: 'text', text: 'text' },
  },
  {
    name: 'attempts',
    key: ['token'],
    columns: {
      ...{ token: 'text', install: 'text', host: 'text', number: 'number', mac: 'text' },
      ...{ address: 'ipAddress', opened_at: 'time', void: 'flag', content: 'json', proof: 'json' },
      ...{ burnt: 'json', prepared: 'flag' },
    },
  },
  {
    name: 'attempt_files',
    key: ['token', 'name'],
    columns: { token: 'text', name: 'text', text: 'text' },
  },
  {
    name: 'leases',
    key: ['address'],
    columns: {
      ...{ address: 'address', network: 'text', mac: 'text', client_id: 'text', hostname: 'text' },
      ...{ start: 'time', end: 'time', state: 'text', holder: 'text' },
    },
  },
  {
    name: 'leases6',
    key: ['address'],
    columns: {
      ...{ address: 'text', network: 'text', mac: 'text', duid: 'text', iaid: 'number' },
      ...{ start: 'time', end: 'time', state: 'text' },
    },
  },
  {
    name: 'events',
    key: ['id'],
    columns: {
      ...{ id: 'number', at: 'time', last_at: 'time', count: 'number', host: 'text' },
      ...{ kind: 'text', text: 'text', data: 'json', code: 'text' },
    },
  },
  {
    name: 'deliveries',
    key: ['id'],
    columns: {
      ...{ id: 'number', key: 'text', host: 'text', install: 'text', attempt: 'number' },
      ...{ callback: 'text', event: 'text', role: 'text', target: 'json', body: 'text' },
      ...{ state: 'text', tries: 'number', created_at: 'time', next_at: 'time', error: 'text' },
      ...{ pgid: 'number', process_start: 'number' },
    },
  },
  {
    name: 'host_cards',
    key: ['mac'],
    columns: { mac: 'text', host: 'text', at: 'time' },
  },
  {
    name: 'erasures',
    key: ['install'],
    columns: { install: 'text', host: 'text', ended_at: 'time', record: 'text' },
  },
  {
    name: 'nic_vendors',
    key: ['vendor'],
    columns: { vendor: 'text', loader: 'text', at: 'time' },
  },
  {
    name: 'admin_log',
    key: ['id'],
    columns: {
      ...{ id: 'number', at: 'time', who: 'text', address: 'text', action: 'text', text: 'text' },
      ...{ hosts: 'json', key: 'text', request: 'text', answer: 'json' },
    },
  },
  {
    name: 'sessions',
    key: ['id'],
    columns: { id: 'text', token: 'text', proof: 'text', ends_at: 'time', opened_at: 'time' },
  },
  // What is known of the database itself: whether a turn with `settle` is there.
  { name: 'learnt', key: ['name'], columns: { name: 'text' } },
]
