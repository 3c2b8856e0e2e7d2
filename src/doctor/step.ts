import type { ContentOf, EventContent, EventKind } from '../boot/event.ts'
import type {
  AssetData,
  DhcpData,
  ForeignData,
  PhoneHomeData,
  ScriptData,
  StateData,
  TftpData,
} from '../boot/event-data.ts'
import { contentOf, type EventRecord } from '../boot/event-record.ts'
import type { PhoneHomeEvent } from '../boot/host-state.ts'
import type { Reason } from '../boot/reason.ts'
import { complainsOfClock } from './complaint.ts'

interface StepBase {
  /** The first and the last of equal ones; wall-clock epoch milliseconds. */
  readonly at: number
  readonly lastAt: number
  readonly count: number
  /** For people, as evidence. No rule reads it. */
  readonly text: Sentence
  /** The machine, or what installs it, complained of a wrong clock. */
  readonly saysClock?: true
}

/** A sentence that can be shown and not read: it has no methods. */
export interface Sentence {
  readonly [shown]: true
}
declare const shown: unique symbol

type Code<K extends EventKind> = ContentOf<K>['code']

/** The contents of a kind with their data beside their code. */
type StepWith<K extends EventKind> = {
  [C in Code<K>]: { readonly kind: K; readonly code: C } & Extract<
    ContentOf<K>,
    { readonly code: C }
  >['data']
}[Code<K>]

/** A line of a timeline with what it carries. Lines of kinds that no rule asks for are `other`. */
export type Step = StepBase &
  (
    | ({ readonly kind: 'dhcp'; readonly code: 'answered' | 'ignored' } & DhcpData)
    | ({ readonly kind: 'foreign' } & ForeignData)
    | ({ readonly kind: 'tftp'; readonly code: Code<'tftp'> } & TftpData)
    | ({ readonly kind: 'asset'; readonly code: Code<'asset'>; readonly why?: Reason } & AssetData)
    | ({ readonly kind: 'script'; readonly code: Code<'script'> } & ScriptData)
    | ({ readonly kind: 'phone-home'; readonly code: PhoneHomeEvent } & PhoneHomeData)
    | ({ readonly kind: 'state'; readonly code: Code<'state'> } & StateData)
    | StepWith<'power'>
    /** What the machine or a callback wrote itself. */
    | { readonly kind: 'line'; readonly of: 'syslog' | 'output' }
    | { readonly kind: 'other'; readonly of: string; readonly code: string | null }
  )

export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

function stepOf(event: EventRecord): Step {
  const { at, lastAt, count } = event
  const content = contentOf(event)
  const saysClock = complainsOfClock(wordsOf(content)) && { saysClock: true as const }
  const told = { at, lastAt, count, text: event.text as unknown as Sentence, ...saysClock }
  switch (content?.kind) {
    case 'dhcp':
      if (content.code === 'foreign') return { ...told, ...content.data, kind: 'foreign' }
      return { ...told, ...content.data, kind: content.kind, code: content.code }
    case 'tftp':
    case 'asset':
    case 'script':
    case 'phone-home':
    case 'state':
    case 'power':
      return { ...told, ...content.data, kind: content.kind, code: content.code } as Step
    case 'syslog':
    case 'output':
      if (content.code !== 'line') break
      return { ...told, kind: 'line', of: content.kind }
    default:
  }
  return { ...told, kind: 'other', of: event.kind, code: event.code }
}

/** What the machine or a callback said in its own words. */
function wordsOf(content: EventContent | undefined): string {
  switch (content?.kind) {
    case 'syslog':
    case 'output':
      return content.code === 'line' ? content.data.line : ''
    case 'phone-home':
      return content.data.message ?? ''
    default:
      return ''
  }
}

/** States in which a story begins anew: what was before explains nothing that is. */
const beginnings: ReadonlySet<string> = new Set(['pending', 'idle', 'installed'])

/** The steps since the last install was asked for, or had ended. */
export function storyOf(events: readonly EventRecord[]): Step[] {
  const steps = events.map(stepOf)
  const start = steps.findLastIndex(step => step.kind === 'state' && beginnings.has(step.code))
  return steps.slice(start + 1)
}
