import { type Clock, computerClock } from '../base/clock.ts'

/** What is grouped: a transaction of the one connection, and the file its log is in. */
export interface Committing {
  begin(): void
  /** Writes the transaction into the log. Throws when it could not, and then nothing of it stays. */
  commit(): void
  /** Puts on disk what was committed so far, outside the event loop. */
  sync(): Promise<void>
  /** The same while the loop waits; there is none where the disk is far away. */
  syncNow?(): void
  /** The computer's unless it says otherwise. */
  readonly clock?: Pick<Clock, 'steady' | 'soon'>
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

interface Groups {
  readonly connection: Committing
  readonly clock: Pick<Clock, 'steady' | 'soon'>
  /** What is written and not committed yet. */
  open: Group | undefined
  /** The end of the newest group. */
  last: Promise<void>
  syncing: boolean
  /** Small groups in a row for which the disk was quick. */
  calm: number
}

/**
 * Commits together what one turn of the event loop writes, and what more comes while the disk is busy
 * with the commit before: a slow disk makes the groups larger, and holds up no loop. Where the disk is
 * quick and the groups are small the loop waits itself: that is less than what handing over costs.
 */
export function createGroupCommit(connection: Committing): GroupCommit {
  const groups: Groups = {
    connection,
    clock: connection.clock ?? computerClock,
    open: undefined,
    last: Promise.resolve(),
    syncing: false,
    calm: 0,
  }
  return {
    begin: () => begin(groups),
    committed: () => groups.last,
    isBusy: () => groups.syncing,
    flush: () => flush(groups),
  }
}

function begin(groups: Groups): void {
  if (groups.open) {
    groups.open.size += 1
    return
  }
  groups.connection.begin()
  const group = { ...Promise.withResolvers<void>(), size: 1 }
  // Whoever cares awaits committed(); a failure nobody waits for must not end the process.
  group.promise.catch(() => {})
  groups.open = group
  groups.last = group.promise
  if (!groups.syncing) groups.clock.soon(end, groups)
}

function end(groups: Groups): void {
  if (groups.syncing) return
  const group = commit(groups)
  if (!group) return
  const { syncNow } = groups.connection
  if (syncNow && group.size <= few && groups.calm >= enough) waitFor(syncNow, groups, group)
  else void sync(groups, group)
}

function commit(groups: Groups): Group | undefined {
  const group = groups.open
  groups.open = undefined
  if (!group) return undefined
  try {
    groups.connection.commit()
    return group
  } catch (error) {
    group.reject(error)
    return undefined
  }
}

function waitFor(syncNow: () => void, groups: Groups, group: Group): void {
  const begun = groups.clock.steady()
  try {
    syncNow()
    group.resolve()
  } catch (error) {
    group.reject(error)
  }
  count(groups, group, begun)
}

async function sync(groups: Groups, group: Group): Promise<void> {
  groups.syncing = true
  const begun = groups.clock.steady()
  try {
    await groups.connection.sync()
    group.resolve()
  } catch (error) {
    group.reject(error)
  } finally {
    groups.syncing = false
    count(groups, group, begun)
    // Those who waited answer first.
    groups.clock.soon(end, groups)
  }
}

function count(groups: Groups, { size }: Group, begun: number): void {
  groups.calm = size <= few && groups.clock.steady() - begun < quick ? groups.calm + 1 : 0
}

function flush(groups: Groups): void {
  const group = commit(groups)
  groups.connection.syncNow?.()
  group?.resolve()
}
