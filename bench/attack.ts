import { run } from '../test/lab/command.ts'
import type { Peer } from '../test/lab/network.ts'
import type { Aim } from './attack/aim.ts'
import {
  boot,
  createField,
  operator,
  power,
  server,
  stateOf,
  victim,
  wish,
} from './attack/field.ts'
import { floods } from './attack/floods.ts'
import type { Innocents } from './attack/innocents.ts'
import { scenes } from './attack/scenes.ts'
import { isWithin, type Trial, table } from './attack/table.ts'
import { memoryOf, usageOf } from './usage.ts'

/**
 * Plays every flood against a real daemon in a network of its own, while innocents are measured: whole
 * DHCP exchanges (DISCOVER to ACK) and `/healthz`, each some 25 times a second, whatever became of the one
 * before. Before each flood the idle daemon is measured: what the machine itself costs stands beside what
 * the flood costs. Floods run at a low priority, since in the field they have a machine of their own. Prints
 * a line for each flood. The bar is a p99 of 50 ms. Ends with 1 where it is missed.
 *
 *   node bench/attack.ts [seconds of each flood] [rounds] [only floods whose name has this]
 *
 * Needs root and sshd.
 */
const [secondsText = '6', roundsText = '3', only = ''] = process.argv.slice(2)
const [seconds, rounds] = [Number(secondsText), Number(roundsText)]
/** Of the idle daemon before each flood. */
const idleSeconds = 4
/** The most that anything beside the flood may take: a row is missing rather than the table. */
const patienceMs = 90_000

const names = [...new Set([...Object.keys(floods), ...Object.keys(scenes)])]
  .filter(name => name.includes(only))
  .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
const field = await createField()
const trials: Trial[] = []
try {
  // Some exchanges warm it up: a daemon runs for weeks.
  await measure(3)
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      process.stderr.write(`${round}/${rounds} ${name}\n`)
      const trial = await inTime(trialOf(name)).catch(error => {
        process.stderr.write(`${name}: ${error}\n`)
      })
      if (trial) trials.push(trial)
    }
  }
} finally {
  process.stdout.write(table(trials, seconds))
  await field.remove()
}
const missing = names.filter(name => trials.filter(({ flood }) => flood === name).length < rounds)
for (const name of missing) process.stderr.write(`not played in every round: ${name}\n`)
const played = Map.groupBy(trials, ({ flood }) => flood)
process.exitCode = missing.length === 0 && [...played.values()].every(isWithin) ? 0 : 1

async function trialOf(name: string): Promise<Trial> {
  const flood = floods[name]
  const scene = scenes[name] ?? {}
  const isPending = flood?.install === 'pending'
  await power(field, 'up')
  if (isPending) {
    await wish(field, 'p')
    await power(field, 'down')
  }
  const token = isPending ? '' : await boot(field, 'p')
  const idle = await measure(idleSeconds)
  try {
    await scene.before?.(field, token)
    const aim = { server, victim, mac: field.installed.mac, token, seconds } satisfies Aim
    const peer = flood?.seat === 'victim' ? field.installed.peer : field.attacker
    const before = usageOf(field.daemon.pid).cpu
    const [heard, under] = await Promise.all([
      scene.meanwhile?.(field, seconds) ?? play(name, aim, peer),
      measure(seconds),
    ])
    const cpu = (usageOf(field.daemon.pid).cpu - before) / seconds
    const memory = memoryOf(field.daemon.pid)
    return { flood: name, idle, under, heard, state: await stateOf(field), memory, cpu }
  } finally {
    await scene.after?.(field)
    await power(field, 'up')
    await operator(field, 'cancel', 'd1', '--yes').catch(() => {})
    await field.installed.off()
  }
}

/** Measures innocents for so many seconds. */
async function measure(seconds: number): Promise<Innocents> {
  return JSON.parse(await inside(field.innocents, 'innocents.ts', [server, `${seconds}`]))
}

async function play(name: string, aim: Aim, peer: Peer): Promise<Trial['heard']> {
  return JSON.parse(await inside(peer, 'play.ts', [name, JSON.stringify(aim)], 10))
}

function inside(
  { namespace }: Peer,
  program: string,
  args: readonly string[],
  nice = 0,
): Promise<string> {
  const path = new URL(`./attack/${program}`, import.meta.url).pathname
  const command = ['nice', '-n', `${nice}`, process.execPath, path, ...args]
  return run(['ip', 'netns', 'exec', namespace, ...command])
}

function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('it did not end')), patienceMs)
  return Promise.race([work, promise]).finally(() => clearTimeout(timer))
}
