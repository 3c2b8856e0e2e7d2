import type {
  AssetData,
  DhcpData,
  ForeignData,
  PhoneHomeData,
  ScriptData,
  StateData,
  TftpData,
} from '../boot/event-data.ts'
import type { EventRecord } from '../boot/event-record.ts'

interface Told {
  /** The first and the last of equal ones; wall-clock epoch milliseconds. */
  readonly at: number
  readonly lastAt: number
  readonly count: number
  readonly text: string
}

/** A line of a timeline with what it carries. Lines of kinds that no rule asks for are `other`. */
export type Step = Told &
  (
    | ({ readonly kind: 'dhcp' } & DhcpData)
    | ({ readonly kind: 'foreign' } & ForeignData)
    | ({ readonly kind: 'tftp' } & TftpData)
    | ({ readonly kind: 'asset' } & AssetData)
    | ({ readonly kind: 'script' } & ScriptData)
    | ({ readonly kind: 'phone-home' } & PhoneHomeData)
    | ({ readonly kind: 'state' } & StateData)
    | { readonly kind: 'other'; readonly of: string }
  )

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

/** Lines that were recorded before they carried anything are `other`. */
export function stepOf({ at, lastAt, count, text, kind, data }: EventRecord): Step {
  const told = { at, lastAt, count, text }
  const named = kind === 'dhcp' && hasKey(data, 'server') ? 'foreign' : kind
  const key = keys[named]
  if (key === undefined || !hasKey(data, key)) return { ...told, kind: 'other', of: kind }
  return { ...told, ...data, kind: named } as Step
}

/** What the data of each kind has in any case. */
const keys: Readonly<Record<string, string>> = {
  dhcp: 'asked',
  foreign: 'server',
  tftp: 'end',
  asset: 'url',
  script: 'answer',
  'phone-home': 'event',
  state: 'to',
}

function hasKey(data: unknown, key: string): data is object {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, key)
}

/** States in which a story begins anew: what was before explains nothing that is. */
const beginnings: ReadonlySet<string> = new Set(['pending', 'idle', 'installed'])

/** The steps since the last install was asked for, or had ended. */
export function storyOf(events: readonly EventRecord[]): Step[] {
  const steps = events.map(stepOf)
  const start = steps.findLastIndex(step => step.kind === 'state' && beginnings.has(step.to))
  return steps.slice(start + 1)
}
