import type { HostEvent } from '../api/events.ts'

/** What the operator looks for among the hosts. */
export interface Filter {
  readonly text: string
  /** Empty: all of them. */
  readonly states: readonly string[]
  /** Empty: any. */
  readonly profile: string
  readonly tag: string
}

export interface Sorting {
  readonly by: 'name' | 'state' | 'profile' | 'address' | 'seen'
  readonly down: boolean
}

/** A line of a timeline, as it is told. */
export interface Line {
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
export interface Step {
  /** Of its first event. */
  readonly id: number
  readonly at: string
  /** Milliseconds since the step before. */
  readonly after: number
  readonly kind: string
  readonly line: Line
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
  readonly steps: Step[]
}

/** A place that an install passes. */
export interface Stop {
  readonly name: string
  readonly at: string | undefined
  readonly state: 'passed' | 'awaited' | 'ahead' | 'stopped'
}

/** What is wrong with a machine, as the doctor says it. */
export interface Verdict {
  /** Name of the rule. */
  readonly id: string
  readonly title: string
  readonly evidence: readonly string[]
  readonly advice: string
}

/** A folder of the assets that can be booted. */
export interface ImageRow {
  readonly name: string
  readonly form: string
  readonly bytes: number
  readonly kernel: { readonly name: string; readonly version: string | null }
  readonly files: readonly {
    readonly name: string
    readonly bytes: number
    readonly sha256: string | null
  }[]
  readonly init: string | null
  readonly script: string | null
  readonly problem: string | null
  readonly profiles: readonly string[]
}

/** Where the page is: `#/hosts/node1` or `#/hosts?state=failed`. */
export interface Place {
  /** First part of the path. */
  readonly view: string
  /** Second part, decoded; empty where there is none. */
  readonly name: string
  readonly query: URLSearchParams
}
