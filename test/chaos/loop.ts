import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { macOfBytes } from '../../src/wire/address.ts'
import type { Owner } from '../daemon/daemon.ts'
import { dice } from '../dice.ts'
import { createCard } from './card.ts'
import { bringAbout, planFaults, wordsOf } from './faults.ts'
import { createLedger } from './ledger.ts'
import { createMachine, type Machine } from './machine.ts'
import { brokenRules, isTelling } from './rules.ts'
import { hostName, type Node, openSite, type Site } from './site.ts'

/** What became of a round. */
export interface RoundEnd {
  readonly seed: number
  readonly faults: readonly string[]
  readonly seconds: number
  readonly boots: number
  readonly epoch: number
  /** What was promised and is not so; empty in a good round. */
  readonly wrong: readonly string[]
  /** What machines did that have not come to their end. */
  readonly stories: readonly string[]
}

type Roll = ReturnType<typeof dice>

/** Seconds after the last fault in which all must have come to its end. */
const patience = 240
/** Machines of one request of the API. */
const askedAtOnce = 25
/** Clients that come and go, for so many machines. */
const perVisitor = 8

/** Daemons and machines, round after round. */
export async function openLoop(t: Owner, count: number) {
  const site = await openSite(t, count)
  const ledger = createLedger()
  const machines = Array.from({ length: count }, (_, n) => createMachine(n, site, ledger))
  return {
    site,
    /** Plays a round. The same seed breaks the same things at the same times. */
    round: (seed: number): Promise<RoundEnd> => playRound({ site, ledger, machines }, seed),
  }
}

interface Loop {
  readonly site: Site
  readonly ledger: ReturnType<typeof createLedger>
  readonly machines: readonly Machine[]
}

async function playRound(loop: Loop, seed: number): Promise<RoundEnd> {
  const { site, machines, ledger } = loop
  const roll = dice(seed)
  const faults = planFaults(roll, site.nodes.length)
  const begun = performance.now()
  const since = site.database.psql('select clock_timestamp()')
  const bootsBefore = bootsOf(machines)
  const asked = new Map<string, string>()
  const busy = new Set<Node>()
  let isOver = false
  const breaking = Promise.all(faults.map(fault => bringAbout(fault, site, busy)))
  const visiting = Array.from({ length: Math.ceil(machines.length / perVisitor) }, () =>
    visit(loop, () => isOver),
  )
  const installing = Promise.all([
    askForAll(site, asked, roll, machines.length),
    ...machines.map(machine => live(machine, asked, roll(8000), roll(2) === 0, () => isOver)),
  ])
  await breaking
  const wrong: string[] = []
  const note = (error: Error) => void wrong.push(error.message)
  await inTime('machines that have not come to their end', installing).catch(note)
  await inSeconds('webhooks that have not come', () => !isTelling({ site })).catch(note)
  isOver = true
  await Promise.all(visiting)
  const records = machines.map(({ record }) => record)
  wrong.push(...brokenRules({ site, ledger, machines: records, asked, since }))
  const late = records.filter(({ name, done }) => !done.has(asked.get(name) ?? ''))
  return {
    ...{ seed, faults: faults.map(wordsOf), wrong },
    seconds: Math.round((performance.now() - begun) / 100) / 10,
    boots: bootsOf(machines) - bootsBefore,
    epoch: Number(site.database.psql('select epoch from owners')),
    stories: late.slice(0, 3).map(({ name, steps }) => [name, ...steps].join('\n  ')),
  }
}

async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  let isDone = false
  const done = work.finally(() => (isDone = true))
  await inSeconds(what, () => isDone)
  return done
}

/** By the clock on the wall, since real time is what daemons have as well. */
async function inSeconds(what: string, look: () => boolean): Promise<void> {
  for (const begun = performance.now(); !look(); await sleep(250)) {
    if (performance.now() - begun > patience * 1000) throw new Error(`after ${patience} s: ${what}`)
  }
}

const bootsOf = (machines: readonly Machine[]) =>
  machines.reduce((sum, { record }) => sum + record.boots, 0)

/** The operator: asks any daemon, and asks again with the same key until there is an answer. */
async function askForAll(site: Site, asked: Map<string, string>, roll: Roll, count: number) {
  const names = Array.from({ length: count }, (_, n) => hostName(n))
  const groups = Array.from({ length: Math.ceil(count / askedAtOnce) }, (_, n) => ({
    hosts: names.slice(n * askedAtOnce, (n + 1) * askedAtOnce),
    at: roll(4000),
    first: roll(site.nodes.length),
  }))
  const ask = async ({ hosts, at, first }: (typeof groups)[number]) => {
    await sleep(at)
    const key = randomUUID()
    for (let n = first; ; n++) {
      const node = site.nodes[n % site.nodes.length]
      const results = node && (await post(node, hosts, key).catch(() => undefined))
      for (const { host, install } of results ?? []) asked.set(host, install ?? 'refused')
      if (results) return
      await sleep(500)
    }
  }
  await Promise.all(groups.map(ask))
}

interface Result {
  readonly host: string
  readonly install: string | null
}

async function post(
  { daemon }: Node,
  hosts: readonly string[],
  key: string,
): Promise<readonly Result[]> {
  const token = readFileSync(join(daemon.folder, 'data/admin-token'), 'utf8').trim()
  const answer = await fetch(`${daemon.url}/api/v1/installs`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      'idempotency-key': key,
    },
    body: JSON.stringify({ hosts }),
    signal: AbortSignal.timeout(20_000),
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  return ((await answer.json()) as { results: readonly Result[] }).results
}

/** Boots until it has been through what was asked, and once more: then it is to be sent to its disk. */
async function live(
  { boot, leave, record }: Machine,
  asked: ReadonlyMap<string, string>,
  at: number,
  givesBack: boolean,
  isOver: () => boolean,
): Promise<void> {
  await sleep(at)
  const isDone = () => record.done.has(asked.get(record.name) ?? '')
  while (!isDone() && !isOver()) {
    await boot()
    if (!isDone()) await sleep(1000)
  }
  if (isOver()) return
  await boot()
  await leave(givesBack)
}

/** Clients that nobody knows want addresses, and most of them give them back. */
async function visit({ site, ledger }: Loop, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    const mac = macOfBytes(Uint8Array.of(0x52, 0x54, 1, ...randomBytes(3)))
    const card = createCard(mac, site.wire, ledger)
    await card.lease().catch(() => {})
    await sleep(1000)
    await card.leave(mac.charCodeAt(16) % 4 !== 0)
    await sleep(500)
  }
}
