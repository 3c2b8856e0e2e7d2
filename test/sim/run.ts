import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { simConfig } from './config.ts'
import { type PlayEnd, play } from './play.ts'

/**
 * The daemon in a simulation: time, chance, network and disk are made up, from a seed.
 *
 *   npm run sim -- [--seed S] [--seeds N] [--hosts H] [--hours T]     over all processors
 *   npm run sim -- --seed S --tell                                    one seed, with all that happens
 *   --first-wrong                                                     no more after a seed that is wrong
 */
const options = {
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  seeds: { type: 'string', default: '1' },
  hosts: { type: 'string', default: '8' },
  hours: { type: 'string', default: '6' },
  tell: { type: 'boolean', default: false },
  'first-wrong': { type: 'boolean', default: false },
} as const

interface Order {
  readonly seeds: readonly number[]
  readonly hosts: number
  readonly hours: number
  readonly tell: boolean
  /** Nothing is played after the first seed that is wrong. */
  readonly first: boolean
}

const say = (line: string) => process.stdout.write(`${line}\n`)

if (isMainThread) await command()
else await work(workerData as Order, end => parentPort?.postMessage(end))

async function work(
  { seeds, hosts, hours, tell, first }: Order,
  ended: (end: PlayEnd & { readonly seed: number }) => void,
): Promise<void> {
  const { config, remove } = simConfig(hosts)
  for (const seed of seeds) {
    const lasts = hours * 3_600_000
    const end = await play({ seed, config, lasts, ...(tell && { tell: say }) })
    ended({ seed, ...end })
    if (first && end.wrong.length > 0) break
  }
  remove()
}

async function command(): Promise<void> {
  const { values } = parseArgs({ options })
  const { hosts, hours, seeds, seed: from } = values
  const order = {
    hosts: Number(hosts),
    hours: Number(hours),
    tell: values.tell,
    first: values['first-wrong'],
  }
  const all = Array.from({ length: Number(seeds) }, (_, n) => Number(from) + n)
  const many = Math.min(all.length, availableParallelism())
  const begun = performance.now()
  const sums = { seeds: 0, boots: 0, installs: 0, starts: 0, bad: 0 }
  const ended = ({ seed, wrong, hash, ...counts }: PlayEnd & { readonly seed: number }) => {
    sums.seeds += 1
    for (const name of ['boots', 'installs', 'starts'] as const) sums[name] += counts[name]
    if (all.length === 1 || wrong.length > 0) say(`seed ${seed}: ${hash}, ${counts.boots} boots`)
    for (const line of wrong) say(`  WRONG ${line}`)
    if (wrong.length === 0) return
    sums.bad += 1
    say(`  again: npm run sim -- --seed ${seed} --hosts ${hosts} --hours ${hours} --tell`)
  }
  if (many === 1) await work({ ...order, seeds: all }, ended)
  else {
    const parts = Array.from({ length: many }, (_, k) => all.filter((_, n) => n % many === k))
    await Promise.all(parts.map(part => inThread({ ...order, seeds: part }, ended)))
  }
  const { user, system } = process.cpuUsage()
  say(
    `${sums.seeds} seeds, ${hosts} hosts, ${hours} virtual hours each, and what is left comes to its end: ` +
      `${sums.boots} boots, ${sums.installs} installs, ${sums.starts} starts, ${sums.bad} bad; ` +
      `${((performance.now() - begun) / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of a processor`,
  )
  process.exitCode = sums.bad > 0 ? 1 : 0
}

function inThread(order: Order, ended: (end: PlayEnd & { readonly seed: number }) => void) {
  return new Promise<void>((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.url), { workerData: order })
    thread
      .on('message', ended)
      .on('error', reject)
      .on('exit', () => resolve())
  })
}
