import type { HostEvent } from '../../api/events.ts'

/** A line of a timeline, as it is told. */
export interface StoryLine {
  /** Who speaks: a word for the margin. */
  readonly label: string
  readonly text: string
  /** Why, where that is not the text itself. */
  readonly why?: string
  /** The state that was entered. */
  readonly state?: string
  readonly tone: 'plain' | 'warn' | 'bad'
}

/** One step of a story: an event, or several of a kind that follow each other. */
export interface StoryStep {
  /** Of its first event. */
  readonly id: number
  readonly at: string
  /** Milliseconds since the step before. */
  readonly after: number
  readonly kind: string
  readonly line: StoryLine
  readonly output: string[]
  readonly percent: number | undefined
  readonly count: number
  readonly events: HostEvent[]
}

/** What happened from one wish or power-on to the next. */
export interface Chapter {
  readonly id: number
  readonly title: string
  readonly at: string
  readonly steps: StoryStep[]
}
