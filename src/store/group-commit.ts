/** What is grouped: a transaction of the one connection, and the file its log is in. */
export interface Committing {
  begin(): void
  /** Writes the transaction into the log. Throws when it could not, and then nothing of it stays. */
  commit(): void
  /** Puts on disk what was committed so far, outside the event loop. */
  sync(): Promise<void>
}

export interface GroupCommit {
  /** Opens the transaction that the next commit ends, unless it is open. */
  begin(): void
  /** Resolves when everything written so far is on disk; rejects when it could not be. */
  committed(): Promise<void>
  /** Commits what is open at once, with a `sync` that waits for the disk. */
  flush(sync: () => void): void
}

type Group = PromiseWithResolvers<void>

/**
 * Commits together what one turn of the event loop writes, and what more comes while the disk is busy
 * with the commit before: a slow disk makes the groups larger, and never holds up the loop.
 */
export function createGroupCommit(connection: Committing): GroupCommit {
  let open: Group | undefined
  let last = Promise.resolve()
  let syncing = false

  function begin(): void {
    if (open) return
    connection.begin()
    open = Promise.withResolvers<void>()
    // Whoever cares awaits committed(); a failure nobody waits for must not end the process.
    open.promise.catch(() => {})
    last = open.promise
    if (!syncing) setImmediate(end)
  }

  function end(): void {
    if (syncing) return
    const group = commit()
    if (group) void sync(group)
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

  async function sync(group: Group): Promise<void> {
    syncing = true
    try {
      await connection.sync()
      group.resolve()
    } catch (error) {
      group.reject(error)
    } finally {
      syncing = false
      // Those who waited answer first.
      setImmediate(end)
    }
  }

  function flush(sync: () => void): void {
    const group = commit()
    sync()
    group?.resolve()
  }

  return { begin, committed: () => last, flush }
}
