import { useMemo } from 'preact/hooks'
import type { HostEvent } from '../../api/events.ts'
import { html, part } from '../parts/html.ts'
import { Packets } from '../parts/packets-link.ts'
import { Bar } from '../parts/progress.ts'
import { dayAndTime, howLong, timeOfDay } from '../parts/words.ts'
import type { Chapter, StoryStep } from './chapter.ts'
import { LineWords } from './line-words.ts'
import { CallbackOutput } from './output.ts'
import { chaptersOf } from './story.ts'

/** Shorter pauses say nothing. */
const shortestPause = 100

/** The timeline as a story, the latest chapter first, each told from its beginning. */
export function Story({
  name,
  events,
  older,
}: {
  name: string
  events: readonly HostEvent[]
  older: (() => void) | undefined
}) {
  const chapters = useMemo(() => chaptersOf(events).reverse(), [events])
  return html`<section class="story" aria-label="What happened">
    <div class="panel-head">
      <h2>What happened</h2>
      ${part(Packets, { path: `/hosts/${encodeURIComponent(name)}` })}
    </div>
    ${chapters.length === 0 && html`<p class="muted">Nothing yet: this machine was never heard.</p>`}
    ${chapters.map(chapter => part(ChapterView, { key: chapter.id, chapter }))}
    ${older && html`<button class="button" onClick=${older}>Earlier</button>`}
  </section>`
}

function ChapterView({ chapter }: { chapter: Chapter }) {
  return html`<section class="chapter">
    <h3>${chapter.title} <time class="muted" datetime=${chapter.at}>${dayAndTime(chapter.at)}</time></h3>
    <ol class="steps">
      ${chapter.steps.map(step => part(OneStep, { key: step.id, step }))}
    </ol>
  </section>`
}

function OneStep({ step }: { step: StoryStep }) {
  const { at, after, line, count, output, percent } = step
  const pause = after >= shortestPause ? `+${howLong(after)}` : ''
  return html`<li class=${`step k-${step.kind} tone-${line.tone}`}>
    <time datetime=${at}>${timeOfDay(at)}</time>
    <span class="pause">${pause}</span>
    <span class="label">${line.label}</span>
    <div class="told">
      ${output.length > 0 ? part(CallbackOutput, { lines: output }) : part(LineWords, { line })}
      ${percent !== undefined && part(Bar, { fraction: percent / 100, label: 'progress' })}
      ${count > 1 && html`<span class="times">${count} times</span>`}
    </div>
  </li>`
}
