import { Badge } from '../parts/badge.ts'
import { html, part } from '../parts/html.ts'
import { withCode } from '../parts/inline-code.ts'
import type { StoryLine } from './chapter.ts'

/** A line of a timeline: the state that was entered, what happened, and why. */
export function LineWords({ line }: { line: StoryLine }) {
  return html`
    ${line.state !== undefined && html`${part(Badge, { state: line.state })} `}
    <span class="text">${withCode(line.text)}</span>
    ${line.why && html` <span class="because">${withCode(line.why)}</span>`}
  `
}
