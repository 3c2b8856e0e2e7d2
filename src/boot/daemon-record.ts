/** A daemon that shares the database with others. Times are epoch milliseconds of the database's clock. */
export interface DaemonRecord {
  readonly name: string
  readonly version: string
  readonly startedAt: number
  readonly heardAt: number
  /** It was not heard for so long that another may take over. */
  readonly isSilent: boolean
  /** Whether it is the one that works. */
  readonly owns: boolean
  /** Since when the one that works does; null before anyone did. */
  readonly since: number | null
  /** Batches of changes that it had yet to read when it was last heard. */
  readonly behind: number
}
