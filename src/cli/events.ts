import type { HostEvent } from '../api/events.ts'
import type { HostDetail, HostList } from '../api/hosts.ts'
import { parseMac } from '../wire/address.ts'
import type { ApiClient } from './api-client.ts'
import { eventsSpec } from './api-specs.ts'
import type { Values } from './args.ts'
import { type Call, runApiCommand, writeJson } from './command.ts'
import { refuseUnknown } from './filters.ts'
import { followEvents } from './follow.ts'
import { type EventWidths, eventWidths, formatEvent } from './format.ts'
import { exit, Failure, type Io } from './io.ts'
import { screenOf } from './table.ts'

/** Which events are shown. */
interface EventFilter {
  readonly host: string | undefined
  readonly shows: (event: HostEvent) => boolean
}

/** `bootwright events`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runApiCommand(eventsSpec, argv, io, async call => {
    const { api, values } = call
    const limit = limitOf(values.text('limit'))
    const wanted = await readWanted(call)
    const { host } = wanted
    const query = { host, limit, kind: values.list('kind') }
    const answer = await api.get<{ events: HostEvent[] }>('/api/v1/events', query)
    // One that left the config has its timeline all the same.
    if (host !== undefined && answer.events.length === 0) await hostNamed(api, host)
    const events = answer.events.filter(wanted.shows)
    const widths = eventWidths(events, host === undefined)
    if (values.has('follow')) return follow(call, wanted, answer.events, widths)

    if (values.has('json')) writeJson(io, { events })
    else if (events.length === 0) io.stderr.write('no events\n')
    else for (const event of events) io.stdout.write(formatEvent(event, widths, screenOf(io)))
    return exit.done
  })
}

async function readWanted({ api, values, words: [word] }: Call): Promise<EventFilter> {
  const isMac = word !== undefined && parseMac(word) !== undefined
  const host = isMac ? await hostNamed(api, word) : word
  const tagged = await hostsWith(api, values)
  const kinds = values.list('kind')
  return {
    host,
    shows: event =>
      (kinds.length === 0 || kinds.includes(event.kind)) &&
      (tagged === undefined || (event.host !== null && tagged.has(event.host))),
  }
}

/** The name of the host that a word stands for; throws a {@link Failure} that says what was meant. */
async function hostNamed(api: ApiClient, word: string): Promise<string> {
  const { host } = await api.get<HostDetail>(`/api/v1/hosts/${encodeURIComponent(word)}`)
  return host.name
}

/** The hosts with the tag, if one is wanted. */
async function hostsWith(api: ApiClient, values: Values): Promise<Set<string> | undefined> {
  const tag = values.text('tag')
  if (tag === undefined) return undefined
  const { hosts } = await api.get<HostList>('/api/v1/hosts', { tag })
  if (hosts.length === 0) await refuseUnknown(api, { tag, profile: undefined })
  return new Set(hosts.map(({ name }) => name))
}

async function follow(
  { io, api, values }: Call,
  { host, shows }: EventFilter,
  known: readonly HostEvent[],
  first: EventWidths,
): Promise<number> {
  const json = values.has('json')
  let widths = first
  const write = (event: HostEvent) => {
    if (!shows(event)) return
    // They grow with a longer name and never shrink: the columns must not jump to and fro.
    const wanted = eventWidths([event], host === undefined)
    const { max } = Math
    widths = { host: max(widths.host, wanted.host), kind: max(widths.kind, wanted.kind) }
    io.stdout.write(json ? `${JSON.stringify(event)}\n` : formatEvent(event, widths, screenOf(io)))
  }

  for (const event of known) write(event)
  const after = known.at(-1)?.id ?? 0
  for await (const step of followEvents(api, { host, after, signal: io.signal })) {
    if (step.kind === 'event') write(step.event)
    if (step.kind === 'lost') io.stderr.write('the daemon went away; trying again\n')
  }
  return exit.done
}

/** The most that one answer of the API holds. */
const mostEvents = 9999

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  throw new Failure(
    `--limit is a number of events from 1 to ${mostEvents}, not "${text}"`,
    exit.usage,
  )
}
