import type { HostEvent } from '../api/events.ts'
import { eventsSpec } from './api-specs.ts'
import { type Call, runCommand, writeJson } from './command.ts'
import { followEvents } from './follow.ts'
import { type EventWidths, eventWidths, formatEvent } from './format.ts'
import { exit, Failure, type Io } from './io.ts'
import { screenOf } from './table.ts'

/** `bootwright events`. */
export function run(argv: string[], io: Io): Promise<number> {
  return runCommand(eventsSpec, argv, io, async call => {
    const { api, values, words } = call
    const query = { host: words[0], limit: limitOf(values.text('limit')) }
    const body = await api.get<{ events: HostEvent[] }>('/api/v1/events', query)
    const widths = eventWidths(body.events, words[0] === undefined)
    if (values.has('follow')) return follow(call, body.events, widths)

    if (values.has('json')) writeJson(io, body)
    else if (body.events.length === 0) io.stderr.write('no events\n')
    else for (const event of body.events) io.stdout.write(formatEvent(event, widths, screenOf(io)))
    return exit.done
  })
}

async function follow(
  { io, api, values, words: [host] }: Call,
  known: readonly HostEvent[],
  first: EventWidths,
): Promise<number> {
  const json = values.has('json')
  let widths = first
  const write = (event: HostEvent) => {
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
