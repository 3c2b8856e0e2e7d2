/** A sentence on why a machine does not boot, what it is drawn from, and what to do about it. */
export interface Verdict {
  /** The rule's name: stable, for programs. */
  readonly id: string
  readonly title: string
  readonly evidence: readonly string[]
  readonly advice: string
}
