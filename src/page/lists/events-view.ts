import { useLayoutEffect, useMemo, useState } from 'preact/hooks'
import type { HostEvent } from '../../api/events.ts'
import { useFleet } from '../daemon/context.ts'
import type { StoryLine } from '../host/chapter.ts'
import { LineWords } from '../host/line-words.ts'
import { readEvent } from '../host/read-event.ts'
import { valuesOf } from '../hosts/filter.ts'
import { Choice } from '../parts/choice.ts'
import { html, part } from '../parts/html.ts'
import { hostLink, replaceQuery } from '../parts/page-location.ts'
import { typed } from '../parts/typed.ts'
import { dayAndTime, timeOfDay } from '../parts/words.ts'
import { useEventStream } from './use-event-stream.ts'

/** What can be looked for, by the kinds of events that tell of it; none are all. */
const subjects = {
  everything: [],
  boots: ['dhcp', 'tftp', 'asset', 'script'],
  installs: ['state', 'phone-home', 'file', 'callback', 'progress'],
  output: ['output', 'syslog'],
  operators: ['admin', 'reload'],
  trouble: [],
} as const satisfies Readonly<Record<string, readonly string[]>>
type EventSubject = keyof typeof subjects
const names = Object.keys(subjects) as EventSubject[]

/** All that happens, as it happens: what `bootwright events --follow` writes, for whoever stands in front. */
export function EventsView({ query }: { query: URLSearchParams }) {
  const fleet = useFleet()
  const [text, setText] = useState(query.get('q') ?? '')
  const [tag, setTag] = useState(query.get('tag') ?? '')
  const [subject, setSubject] = useState<EventSubject>(
    names.find(name => name === query.get('show')) ?? 'everything',
  )
  const { events, error, held, setHeld, waiting, older } = useEventStream(subjects[subject])
  useLayoutEffect(() => {
    replaceQuery('events', { q: text, tag, show: subject === 'everything' ? '' : subject })
  }, [text, tag, subject])
  const told = useMemo(() => events?.map(event => ({ event, line: readEvent(event) })), [events])
  const shown = useMemo(() => {
    const tagged = (host: string) => fleet.host(host)?.tags.includes(tag) === true
    return told
      ?.filter(one => isWanted(one, text, subject))
      .filter(({ event }) => tag === '' || (event.host !== null && tagged(event.host)))
      .reverse()
  }, [told, text, tag, subject, fleet])
  return html`<section class="list-view">
    <h1>Events</h1>
    <div class="toolbar" role="search">
      <input
        class="search" type="search" value=${text} spellcheck="false"
        placeholder="Search host, text …" aria-label="Search the events"
        onInput=${typed(setText)}
      />
      ${part(Choice<EventSubject>, { label: 'Show', value: subject, values: names, choose: setSubject })}
      ${part(Choice<string>, { label: 'Tag', value: tag, any: 'every tag', values: valuesOf(fleet.hosts()).tags, choose: setTag })}
      <span class="spring" />
      <button class="button" aria-pressed=${held} onClick=${() => setHeld(!held)}>
        ${held ? `Go on${waiting > 0 ? ` (${waiting} new)` : ''}` : 'Hold'}
      </button>
    </div>
    ${error && html`<p class="error" role="alert">${error.message}</p>`}
    ${shown === undefined && !error && html`<p class="empty">Reading …</p>`}
    ${shown?.length === 0 && html`<p class="empty">${told?.length === 0 ? 'Nothing has happened yet.' : 'No event fits.'}</p>`}
    ${
      shown !== undefined &&
      shown.length > 0 &&
      html`<ol class="stream panel" aria-label="What happens, the latest first">
        ${shown.map(({ event, line }) => part(EventLine, { key: event.id, event, line }))}
      </ol>`
    }
    ${older && shown !== undefined && html`<button class="button" onClick=${older}>Earlier</button>`}
  </section>`
}

function EventLine({ event, line }: { event: HostEvent; line: StoryLine }) {
  const { at, host, kind, count } = event
  return html`<li class=${`event k-${kind} tone-${line.tone}`}>
    <time datetime=${at} title=${dayAndTime(at)}>${timeOfDay(at)}</time>
    ${host === null ? html`<span class="muted">daemon</span>` : html`<a href=${hostLink(host)}>${host}</a>`}
    <span class="label">${line.label}</span>
    <span class="told">
      ${part(LineWords, { line })}
      ${count > 1 && html`<span class="times">${count} times</span>`}
    </span>
  </li>`
}

function isWanted(
  { event, line }: { event: HostEvent; line: StoryLine },
  text: string,
  subject: EventSubject,
): boolean {
  if (subject === 'trouble' && line.tone === 'plain') return false
  const hay = `${event.host ?? ''}\n${line.label}\n${line.text}\n${event.text}`.toLowerCase()
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  return words.every(word => hay.includes(word))
}
