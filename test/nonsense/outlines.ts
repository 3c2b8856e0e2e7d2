import type { LightMyRequestResponse } from 'fastify'
import type { HostEvent } from '../../src/api/events.ts'
import type { Shown } from '../../src/explain/question.ts'
import { journeyOf } from '../../src/page/host/journey.ts'
import { chaptersOf } from '../../src/page/host/story.ts'
import { note } from './note.ts'

interface Asked {
  admin(method: 'GET', path: string): Promise<LightMyRequestResponse>
  readonly app: {
    inject(request: { url: string; remoteAddress: string }): Promise<LightMyRequestResponse>
  }
}

/** What the page makes of node1's timeline: its story and how far its boot came. */
export async function noteTimeline(daemon: Asked): Promise<void> {
  const { events }: { events: HostEvent[] } = (
    await daemon.admin('GET', '/events?host=node1')
  ).json()
  note('events', inARow(events.map(({ kind, code }) => [kind, code])))
  note(
    'story',
    chaptersOf(events).map(({ title, steps }) => [
      title,
      inARow(
        steps.map(({ kind, percent, output, line }) => {
          return [kind, percent, output.length, line.label, line.state, line.tone]
        }),
      ),
    ]),
  )
  note(
    'journey',
    journeyOf(events).map(({ name, state }) => [name, state]),
  )
}

/** Each of equal things in a row once: downloads of one file may differ by how long they took. */
function inARow(found: readonly unknown[]): string[] {
  const all = found.map(one => JSON.stringify(one))
  return all.filter((one, n) => one !== all[n - 1])
}

/** What Prometheus reads, but for what depends on how long things took. */
export async function noteMetrics({ app }: Asked): Promise<void> {
  const { body } = await app.inject({ url: '/metrics', remoteAddress: '127.0.0.1' })
  const lines = body.split('\n').filter(line => line.startsWith('bootwright_'))
  note(
    'metrics',
    lines.filter(line => !/_seconds(_|\{| )/.test(line)),
  )
}

/** What an explanation says besides its reasons. */
export function noteExplained(text: string, argv: readonly string[]): void {
  note('explained', argv.includes('--json') ? answersOf(text) : withoutReasons(text))
}

function answersOf(json: string): unknown[] {
  const { answers }: { answers: Shown[] } = JSON.parse(json)
  return answers.map(answer => ({
    ...answer,
    ...('reason' in answer && { reason: '' }),
    ...('text' in answer && { text: withoutReasons(answer.text) }),
  }))
}

/** A script says its reason on the machine's screen. */
function withoutReasons(text: string): string[] {
  return text.split('\n').filter(line => !/^(why:|not served:|echo|warning:)/.test(line))
}
