/** What is grouped: a transaction of the one connection, and the file its log is in. */
export interface Committing {
  begin(): void
  /** Writes the transaction into the log. Throws when it could not, and then nothing of it stays. */
  commit(): void
  /** Puts on disk what was committed so far, outside the event loop. */
  sync(): Promise<void>
  /** The same while the loop waits. */
  syncNow(): void
  /** Milliseconds of a clock that is never set; `performance.now` unless a test says otherwise. */
  now?(): number
}

export interface GroupCommit {
  /** Opens the transaction that the next commit ends, unless it is open. */
  begin(): void
  /** Resolves when everything written so far is on disk; rejects when it could not be. */
  committed(): Promise<void>
  /** Whether a sync is under way. */
  isBusy(): boolean
  /** Commits what is open at once, and waits for the disk. */
  flush(): void
}

interface Group extends PromiseWithResolvers<void> {
  /** Writes in it. */
  size: number
}

/** More writes than these at once come under a load that has better use for the loop than waiting. */
const few = 2
/** A disk that took less than so many milliseconds was quick. */
const quick = 1
/** After so many small groups in a row that were quick, the next is expected to be quick. */
const enough = 16

/**
 * Commits together what one turn of the event loop writes, and what more comes while the disk is busy
 * with the commit before: a slow disk makes the groups larger, and holds up no loop. Where the disk is
 * quick and the groups are small the loop waits itself: that is less than what handing over costs.
 */
export function createGroupCommit(connection: Committing): GroupCommit {
  const now = connection.now ?? (() => performance.now())
  let open: Group | undefined
  let last = Promise.resolve()
  let syncing = false
  /** Small groups in a row for which the disk was quick. */
  let calm = 0

  function begin(): void {
    if (open) {
      open.size += 1
      return
    }
    connection.begin()
    open = { ...Promise.withResolvers<void>(), size: 1 }
    // Whoever cares awaits committed(); a failure nobody waits for must not end the process.
    open.promise.catch(() => {})
    last = open.promise
    if (!syncing) setImmediate(end)
  }

  function end(): void {
    if (syncing) return
    const group = commit()
    if (!group) return
    if (group.size <= few && calm >= enough) syncHere(group)
    else void sync(group)
  }

  function commit(): Group | undefined {
    const group = open
    open = undefined
    if (!group) return undefined
    try {
      connection.commit()
      return group
    } catch (error) {
      group.reject(error)
      return undefined
    }
  }

  function syncHere(group: Group): void {
    const begun = now()
    try {
      connection.syncNow()
      group.resolve()
    } catch (error) {
      group.reject(error)
    }
    count(group, begun)
  }

  async function sync(group: Group): Promise<void> {
    syncing = true
    const begun = now()
    try {
      await connection.sync()
      group.resolve()
    } catch (error) {
      group.reject(error)
    } finally {
      syncing = false
      count(group, begun)
      // Those who waited answer first.
      setImmediate(end)
    }
  }

  function count({ size }: Group, begun: number): void {
    calm = size <= few && now() - begun < quick ? calm + 1 : 0
  }

  function flush(): void {
    const group = commit()
    connection.syncNow()
    group?.resolve()
  }

  return { begin, committed: () => last, isBusy: () => syncing, flush }
}
