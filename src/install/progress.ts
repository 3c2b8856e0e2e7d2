import { remember } from '../base/bounded.ts'

/** How much of a file left for a machine, told now and then by the door that sends it. */
export interface Part {
  readonly by: 'http' | 'tftp'
  readonly url: string
  /** Where in the file this answer began: above 0 when a download was resumed. */
  readonly from: number
  /** Bytes of this answer that left so far, and the milliseconds they took. */
  readonly bytes: number
  readonly ms: number
  /** Bytes of the whole file. */
  readonly size: number
  readonly complete: boolean
}

/** A file that a machine is being sent, or was sent. Times are epoch milliseconds. */
export interface Sending {
  readonly by: Part['by']
  readonly url: string
  readonly bytes: number
  readonly size: number
  /** Bytes a second, over the last seconds; over all of them once it is complete. */
  readonly rate: number
  readonly startedAt: number
  readonly at: number
  readonly complete: boolean
}

interface FollowedDownload {
  sending: Sending
  readonly first: Mark
  /** Those of the last seconds, oldest first. */
  marks: readonly Mark[]
  /** Where it was when the timeline last got a line about it. */
  told: Mark
}

/** How far it was, and when. */
interface Mark {
  readonly at: number
  readonly bytes: number
}

/** A rate is that of the last so many milliseconds. */
const windowMs = 3000
/** A line of the timeline for a long download: at most so often, and only after a tenth of the file. */
const tellMs = 10_000
const tellPart = 0.1
/** Files remembered of one boot; the oldest are forgotten. */
const kept = 64

/** Follows what each host downloads. `now` is epoch milliseconds. */
export function createProgress(now: () => number) {
  const hosts = new Map<string, Map<string, FollowedDownload>>()

  return {
    /** Takes a part in; true when it is time for a line of the timeline about it. */
    sent(host: string, part: Part): boolean {
      const files = hosts.get(host) ?? new Map<string, FollowedDownload>()
      hosts.set(host, files)
      const known = files.get(part.url)
      const at = now()
      // From the start again: another download, not a piece of the one before.
      const goes = known && !(part.from === 0 && part.bytes < known.sending.bytes)
      const followed = goes ? known : begin(part, at)
      advance(followed, part, at)
      if (!goes) remember(files, part.url, followed, kept)
      return isWorthALine(followed, at)
    },
    /** A new boot: what was sent before belongs to another story. */
    began: (host: string): void => void hosts.delete(host),
    /** The files of this boot, in the order in which they began. */
    of: (host: string): Sending[] =>
      [...(hosts.get(host)?.values() ?? [])].map(({ sending }) => sending),
  }
}

export type Progress = ReturnType<typeof createProgress>

function begin({ by, url, from, size, ms }: Part, now: number): FollowedDownload {
  const at = now - ms
  const first = { at, bytes: from }
  const sending = { by, url, bytes: from, size, rate: 0, startedAt: at, at, complete: false }
  return { sending, first, marks: [first], told: first }
}

function advance(
  followed: FollowedDownload,
  { from, bytes, size, complete }: Part,
  at: number,
): void {
  const { sending, first } = followed
  // Several connections may fetch parts of one file at once: the farthest counts.
  const mark = { at, bytes: Math.max(sending.bytes, from + bytes) }
  const [last = first] = followed.marks.slice(-1)
  const recent = followed.marks.filter(old => old.at > at - windowMs)
  followed.marks = [...(recent.length > 0 ? recent : [last]), mark]
  const rate = rateOf(complete ? first : (followed.marks[0] ?? first), mark)
  followed.sending = { ...sending, bytes: mark.bytes, size, rate, at, complete }
}

function rateOf(from: Mark, to: Mark): number {
  return to.at > from.at ? Math.round(((to.bytes - from.bytes) * 1000) / (to.at - from.at)) : 0
}

function isWorthALine(followed: FollowedDownload, at: number): boolean {
  const { sending, told } = followed
  const { bytes, size, complete } = sending
  if (complete || at - told.at < tellMs || bytes - told.bytes < size * tellPart) return false
  followed.told = { at, bytes }
  return true
}

/** Seconds until the end at this rate; null while nothing moves. */
export function secondsLeft({ bytes, size, rate, complete }: Sending): number | null {
  if (complete) return 0
  return rate > 0 ? Math.ceil((size - bytes) / rate) : null
}
