import { digits, machine, median } from '../figures.ts'
import type { Delays, Innocents } from './innocents.ts'

/** One time that a flood was played. */
export interface Trial {
  readonly flood: string
  /** Right before it. */
  readonly idle: Innocents
  readonly under: Innocents
  /** What the flood sent and heard. */
  readonly heard: Readonly<Record<string, number>>
  /** The host's state after it. */
  readonly state: string
  /** MB that the daemon and its children hold. */
  readonly memory: number
  /** CPU seconds of theirs for each second of the flood. */
  readonly cpu: number
}

/** The most that an innocent's p99 may be, in milliseconds. */
export const barMs = 50

export function isWithin(trials: readonly Trial[]): boolean {
  return doors.every(door => {
    const all = trials.map(({ under }) => under[door])
    return median(all.map(({ p99 }) => p99)) <= barMs && all.every(({ lost }) => lost === 0)
  })
}

const doors = ['dhcp', 'http'] as const
const head = ['flood', 'DHCP idle', 'under it', 'ratio', '/healthz idle', 'under it', 'ratio']
const more = ['worst', 'lost', 'CPU', 'MB', 'd1', 'within', 'sent and heard']

/** Markdown: a row for each flood, the p99 as median and (least to most) of the rounds. */
export function table(trials: readonly Trial[], seconds: number): string {
  const byFlood = Map.groupBy(trials, ({ flood }) => flood)
  const rows = [...byFlood].map(([flood, rounds]) => row(flood, rounds))
  const lines = [[...head, ...more], [...head, ...more].map(() => '---'), ...rows]
  const { cpus, model, load } = machine()
  const rounds = Math.max(...[...byFlood.values()].map(({ length }) => length))
  const note = `p99 in ms, ${rounds} rounds of ${seconds} s; ${cpus} x ${model}; load ${load.join(' ')}`
  return `${lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')}\n\n${note}\n`
}

function row(flood: string, rounds: readonly Trial[]): (string | number)[] {
  const p99s = doors.flatMap(door => {
    const idle = rounds.map(trial => trial.idle[door].p99)
    const under = rounds.map(trial => trial.under[door].p99)
    const ratios = rounds.map(trial => trial.under[door].p99 / trial.idle[door].p99)
    return [spread(idle), spread(under), spread(ratios)]
  })
  const all = rounds.flatMap(({ under }): Delays[] => [under.dhcp, under.http])
  const middle = (of: (trial: Trial) => number) => digits(median(rounds.map(of)))
  return [
    ...[flood, ...p99s],
    digits(Math.max(...all.map(({ max }) => max))),
    all.reduce((sum, { lost }) => sum + lost, 0),
    middle(({ cpu }) => cpu),
    Math.round(middle(({ memory }) => memory)),
    [...new Set(rounds.map(({ state }) => state))].join(', '),
    isWithin(rounds) ? 'yes' : 'NO',
    heardOf(rounds.at(-1)?.heard ?? {}),
  ]
}

function spread(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const middle = digits(median(values))
  return values.length === 1 ? `${middle}` : `${middle} (${digits(least)}-${digits(most)})`
}

/** Of the last round. */
function heardOf(heard: Trial['heard']): string {
  return Object.entries(heard)
    .map(([what, times]) => `${what}: ${digits(times)}`)
    .join(', ')
}
