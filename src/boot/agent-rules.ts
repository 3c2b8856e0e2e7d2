/* What the agent does to disks, as profiles say it. */

/** What a profile writes onto a disk. */
export interface ImageOnDisk {
  /** Absolute path. */
  readonly path: string
  /** Names of the answer files that become the NoCloud seed beside it. */
  readonly seed: readonly string[]
}

/** How the disks of a machine are emptied. */
export interface EraseRule {
  /** Those alone that `expect.disk` covers, or whatever is there. */
  readonly disks: 'expected' | 'all'
  /** The best that each disk can, or zeros from end to end. */
  readonly method: 'auto' | 'overwrite'
  /** How they are read back: large ones at many points, or from end to end. */
  readonly check: 'sampled' | 'whole'
}

/** The image that the disk of a machine becomes. */
export interface CaptureRule {
  /** Its file name below `images`. */
  readonly image: string
  /** Absolute path. */
  readonly path: string
  /** Whether one that is there may be replaced. */
  readonly overwrite: boolean
}
