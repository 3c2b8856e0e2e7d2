import { formatIpv4 } from '../../src/wire/address.ts'
import { wrongWrites } from './audit.ts'
import type { Ledger } from './ledger.ts'
import type { MachineRecord } from './machine.ts'
import type { Site } from './site.ts'

/** What was promised in a round. */
export interface Round {
  readonly site: Site
  readonly ledger: Ledger
  readonly machines: readonly MachineRecord[]
  /** Installs that were asked for, by their hosts: whoever asked was told. */
  readonly asked: ReadonlyMap<string, string>
  /** When it began, by the database's clock. */
  readonly since: string
}

/** Everything that is not as it was promised. To be asked when all is whole and still. */
export function brokenRules(round: Round): string[] {
  return [
    ...new Set([
      ...round.ledger.wrong,
      ...round.machines.flatMap(({ wrong }) => wrong),
      ...wrongWrites(round.site.database),
      ...wrongInstalls(round),
      ...wrongLeases(round),
      ...wrongWebhooks(round),
    ]),
  ]
}

function rowsOf<Row>({ site }: Pick<Round, 'site'>, query: string): Row[] {
  const said = site.database.psql(`select coalesce(json_agg(row), '[]') from (${query}) as row`)
  return JSON.parse(said) as Row[]
}

/** Every machine was installed exactly once for what was asked. */
function wrongInstalls(round: Round): string[] {
  const { asked, machines, since } = round
  const rows = rowsOf<{ id: string; host: string; outcome: string | null }>(
    round,
    `select id, host, outcome from installs where asked_at >= '${since}'`,
  )
  const wrong: string[] = []
  for (const { name, done } of machines) {
    const own = rows.filter(({ host }) => host === name)
    const id = asked.get(name) ?? ''
    if (!own.some(row => row.id === id)) wrong.push(`${name}: the install ${id} is lost`)
    if (!done.has(id)) wrong.push(`${name} never came through ${id}`)
    for (const { id, outcome } of own) {
      const isEnd = outcome === 'installed' || outcome === 'replaced'
      if (!isEnd) wrong.push(`${name}: the install ${id} is ${outcome ?? 'not over'}`)
      if ((outcome === 'installed') !== done.has(id)) {
        wrong.push(`${name}: the install ${id} is ${outcome}, and the machine did otherwise`)
      }
    }
  }
  return wrong
}

/** Whoever has an address has it in the database too, for as long as he was told. */
function wrongLeases(round: Round): string[] {
  const rows = rowsOf<{ address: string; mac: string; state: string; until: number }>(
    round,
    `select host(address) as address, mac, state, extract(epoch from "end") * 1000 as until from leases`,
  )
  const leases = new Map(rows.map(row => [row.address, row]))
  return round.ledger.all().flatMap(({ address, mac, until }) => {
    const lease = leases.get(formatIpv4(address))
    const isKept = lease?.mac === mac && lease.state === 'active' && lease.until > until - 2000
    return isKept ? [] : [`${mac} has ${formatIpv4(address)}, and kept is ${JSON.stringify(lease)}`]
  })
}

const events = ['asked', 'ready', 'installed']

/** Every key came, with one body, and each install has one of each event. */
function wrongWebhooks(round: Round): string[] {
  const { receiver } = round.site
  const rows = rowsOf<{ key: string; install: string; event: string; state: string }>(
    round,
    `select key, install, event, state from deliveries
     where install in (select id from installs where asked_at >= '${round.since}')`,
  )
  const bodies = new Map<string, Set<string>>()
  const delivered = new Set<string>()
  for (const { key, status, signed, body } of receiver.received) {
    bodies.set(key, (bodies.get(key) ?? new Set()).add(JSON.stringify([signed, body])))
    if (status === 204) delivered.add(key)
  }
  const wrong = [...bodies].flatMap(([key, all]) => {
    return all.size > 1 ? [`${key} came with several bodies: ${[...all].join(' | ')}`] : []
  })
  for (const { key, state } of rows) {
    if (state !== 'delivered') wrong.push(`${key} is ${state}`)
    if (!delivered.has(key)) wrong.push(`${key} is ${state}, and never came`)
  }
  for (const [host, install] of round.asked) {
    for (const event of events) {
      const keys = rows.filter(row => row.install === install && row.event === event)
      if (keys.length !== 1) wrong.push(`${host} has ${keys.length} webhooks of ${event}`)
    }
  }
  return wrong
}

/** Whether a webhook is still to come. */
export function isTelling({ site }: Pick<Round, 'site'>): boolean {
  return (
    site.database.psql(`select count(*) from deliveries where state in ('due', 'running')`) !== '0'
  )
}
