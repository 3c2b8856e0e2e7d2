/** @import { HostEvent } from '../api/events.ts' */
/** @import { Chapter, Step } from './types.ts' */
import { useMemo } from 'preact/hooks'
import { Badge } from './badge.js'
import { html } from './html.js'
import { Output } from './output.js'
import { Packets } from './packets.js'
import { Bar } from './progress.js'
import { tell } from './story.js'
import { clock, dayAndClock, duration } from './words.js'

/** Shorter pauses say nothing. */
const shortestPause = 100

/**
 * The timeline as a story, the latest chapter first, each told from its beginning.
 * @param {{ name: string, events: readonly HostEvent[], older: (() => void) | undefined }} props
 */
export function Story({ name, events, older }) {
  const chapters = useMemo(() => tell(events).reverse(), [events])
  return html`<section class="story" aria-label="What happened">
    <div class="panel-head">
      <h2>What happened</h2>
      <${Packets} path=${`/hosts/${encodeURIComponent(name)}`} />
    </div>
    ${chapters.length === 0 && html`<p class="muted">Nothing yet: this machine was never heard.</p>`}
    ${chapters.map(chapter => html`<${Told} key=${chapter.id} chapter=${chapter} />`)}
    ${older && html`<button class="button" onClick=${older}>Earlier</button>`}
  </section>`
}

/** @param {{ chapter: Chapter }} props */
function Told({ chapter }) {
  return html`<section class="chapter">
    <h3>${chapter.title} <time class="muted" datetime=${chapter.at}>${dayAndClock(chapter.at)}</time></h3>
    <ol class="steps">
      ${chapter.steps.map(step => html`<${OneStep} key=${step.id} step=${step} />`)}
    </ol>
  </section>`
}

/** @param {{ step: Step }} props */
function OneStep({ step }) {
  const { at, after, line, count, output, percent } = step
  const pause = after >= shortestPause ? `+${duration(after)}` : ''
  return html`<li class=${`step k-${step.kind} tone-${line.tone}`}>
    <time datetime=${at}>${clock(at)}</time>
    <span class="pause">${pause}</span>
    <span class="label">${line.label}</span>
    <div class="told">
      ${output.length > 0 ? html`<${Output} lines=${output} />` : html`<${Words} step=${step} />`}
      ${percent !== undefined && html`<${Bar} part=${percent / 100} label="progress" />`}
      ${count > 1 && html`<span class="times">${count} times</span>`}
    </div>
  </li>`
}

/** @param {{ step: Step }} props */
function Words({ step: { line } }) {
  return html`
    ${line.state !== undefined && html`<${Badge} state=${line.state} /> `}
    <span class="text">${line.text}</span>
    ${line.why && html` <span class="because">${line.why}</span>`}
  `
}
