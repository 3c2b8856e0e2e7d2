import { loadavg } from 'node:os'
import type { DhcpServer } from './dhcp-servers.ts'
import { digits, machine, median } from './figures.ts'
import { type Family, type Load, perfdhcp, type Stood } from './perfdhcp.ts'
import { onTrial } from './trial.ts'

/** A server, and what is asked of it. */
export interface Candidate {
  readonly server: DhcpServer
  /** Where the search begins: about half of what was seen before. */
  readonly from: number
  /** What it is warmed with. */
  readonly warm: number
}

interface Round {
  /** The best that a server stood with few drops. */
  readonly rate: number
  readonly mean: number
  readonly p99: number
  readonly drops: number
}

const mostDrops = 0.01
const clients = 60_000
const seconds = 5
const steady = 2000
const steadyTries = 3

const say = (text: string) => void process.stderr.write(`${text}\n`)

/**
 * DHCP exchanges a second of several servers in the same run, asked for by perfdhcp. Each server is alone in a
 * fresh namespace, with the leases of 400 machines that warmed it for 10 s, and every exchange is a new
 * client's. The highest rate with at most 1 % drops is searched for. The delays are taken before that at 2,000
 * exchanges a second, by turns, as other users of a machine come and go: a round's are those of its median
 * try. Prints a line for each measurement to stderr; returns the medians of all rounds, and the ratios of the
 * first candidate to each other.
 */
export async function race(candidates: readonly Candidate[], rounds: number, family: Family) {
  const all = new Map<Candidate, Round[]>(candidates.map(candidate => [candidate, []]))
  for (let n = 0; n < rounds; n++) {
    for (const [candidate, tries] of await delays(candidates, family)) {
      const { mean, p99 = Number.NaN, drops } = middle(tries)
      const rate = await search(candidate, family)
      all.get(candidate)?.push({ rate, mean, p99, drops })
    }
  }
  const [ours, ...others] = [...all].map(([{ server }, done]) => ({
    name: server.name,
    ...mediansOf(done),
  }))
  const ratios = others.map(peer => {
    const to = (key: keyof Round) => digits((ours?.[key] ?? Number.NaN) / peer[key])
    return [peer.name, { rate: to('rate'), mean: to('mean'), p99: to('p99') }]
  })
  const servers = [...(ours ? [ours] : []), ...others]
  return { machine: machine(), rounds, servers, ratios: Object.fromEntries(ratios) }
}

/** Runs one load against a server that was just started. */
async function measure(
  { server, warm }: Candidate,
  load: Pick<Load, 'rate' | 'percentile' | 'family'>,
): Promise<Stood> {
  const work = (cable: Parameters<typeof perfdhcp>[0]) =>
    perfdhcp(cable, { ...load, clients, seconds })
  const stood = await onTrial(server.start, warm, work, load.family)
  say(`${server.name.padEnd(10)} ${textOf(load.rate, stood)}`)
  return stood
}

function textOf(asked: number, { rate, drops, mean, p99, max }: Stood): string {
  const load = loadavg().map(n => n.toFixed(1))
  const delays = [`mean ${mean.toFixed(2)}`, ...(p99 ? [`p99 ${p99.toFixed(2)}`] : [])]
  const percent = `${(drops * 100).toFixed(2)} %`
  return `${asked}/s asked: ${rate.toFixed(0)}/s, drops ${percent}, ${delays.join(', ')}, max ${max.toFixed(1)} ms, load ${load[0]}`
}

/** Others may use the machine too: a rate is stood when it is in one of two tries. */
async function stands(
  candidate: Candidate,
  rate: number,
  family: Family,
): Promise<Stood | undefined> {
  for (let tries = 0; tries < 2; tries++) {
    const stood = await measure(candidate, { rate, family })
    if (stood.drops <= mostDrops) return stood
  }
  return undefined
}

/** Up by halves until it fails, then two steps between. */
async function search(candidate: Candidate, family: Family): Promise<number> {
  const { from } = candidate
  let good = { asked: 0, rate: 0 }
  let bad = Number.POSITIVE_INFINITY
  const tryAt = async (asked: number) => {
    const stood = await stands(candidate, asked, family)
    if (stood) good = { asked, rate: Math.max(good.rate, stood.rate) }
    else bad = asked
    return stood !== undefined && stood.rate > asked * 0.9
  }
  let asked = from
  while (!(await tryAt(asked)) && good.asked === 0 && asked > 50) asked = Math.round(asked / 2)
  if (bad > from) while (await tryAt(Math.round(good.asked * 1.5))) {}
  for (let steps = 0; steps < 2 && bad < Number.POSITIVE_INFINITY; steps++) {
    await tryAt(Math.round((good.asked + bad) / 2))
  }
  return good.rate
}

/** All servers by turns, so that a noisy minute is everybody's. */
async function delays(
  candidates: readonly Candidate[],
  family: Family,
): Promise<Map<Candidate, Stood[]>> {
  const tries = new Map(candidates.map((candidate): [Candidate, Stood[]] => [candidate, []]))
  for (let n = 0; n < steadyTries; n++) {
    for (const [candidate, all] of tries) {
      all.push(await measure(candidate, { rate: steady, percentile: true, family }))
    }
  }
  return tries
}

function middle(tries: readonly Stood[]): Stood {
  const found = tries.toSorted((a, b) => a.mean - b.mean)[tries.length >> 1]
  if (!found) throw new Error('nothing was measured')
  return found
}

function mediansOf(all: readonly Round[]): Round {
  const of = (key: keyof Round) => digits(median(all.map(one => one[key])))
  return { rate: of('rate'), mean: of('mean'), p99: of('p99'), drops: of('drops') }
}
