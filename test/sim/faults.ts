import { happens, type Throws } from './throws.ts'

const second = 1000
const minute = 60 * second

/** Something that breaks at a time and is whole again later; milliseconds. */
export interface SimFault {
  readonly kind: SimFaultKind
  readonly at: number
  readonly lasts: number
  /** Not at that time, but so many milliseconds after the next that happens. */
  readonly after?: number
}

/** The longest that each lasts. */
const longest = {
  'kill -9': minute,
  'power loss': 5 * minute,
  end: minute,
  'full disk': 20 * minute,
  'failing disk': 5 * minute,
  'slow disk': 10 * minute,
  storm: 10 * minute,
  'deaf receiver': 40 * minute,
  'clock jump': 4 * 60 * minute,
} as const

export type SimFaultKind = keyof typeof longest

const kinds = Object.keys(longest) as SimFaultKind[]

/** What breaks until then: about one thing in an hour, and some in each other's wake. */
export function planSimFaults(roll: Throws, until: number): SimFault[] {
  const faults: SimFault[] = []
  for (
    let at = roll(20 * minute);
    at < until;
    at += roll(happens(roll, 250) ? minute : 2 * 60 * minute)
  ) {
    const kind = kinds[roll(kinds.length)] ?? 'kill -9'
    const lasts = 1 + roll(longest[kind])
    const isStop = kind === 'kill -9' || kind === 'power loss'
    faults.push({ kind, at, lasts, ...(isStop && happens(roll, 700) && { after: roll(600) }) })
    // Where much is under way more can be lost.
    if (kind === 'slow disk' || kind === 'deaf receiver') {
      const loss = { kind: 'power loss', at: at + roll(lasts), lasts: 1 + roll(minute) } as const
      faults.push({ ...loss, after: roll(3000) })
    }
  }
  return faults
}
