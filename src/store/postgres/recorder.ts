import type { DatabaseSync } from 'node:sqlite'
import type { Query } from 'pg'
import { statementsOf } from './batch.ts'
import { type RowChange, readChangeset } from './changeset.ts'
import { linesInMemory } from './hot.ts'

/** What was changed together, and is to be kept together. */
export interface Batch {
  readonly statements: readonly Query[]
  /** The same as SQLite has it, for those that stand by. */
  readonly changes: Uint8Array
}

/** Writes down which rows of the memory have changed: a row that changes again and again is one. */
export function createRecorder(memory: DatabaseSync) {
  const trim = createTrim(memory)
  let session = memory.createSession()
  return {
    /** What has changed since the last time; undefined where nothing has. */
    cut(): Batch | undefined {
      const changes = session.changeset()
      if (changes.length === 0) return undefined
      session.close()
      const rows = [...readChangeset(changes)]
      // Unrecorded: they stay where they are kept.
      trim(rows)
      session = memory.createSession()
      const statements = statementsOf(rows)
      return statements.length > 0 ? { statements, changes } : undefined
    },
  }
}

export type Recorder = ReturnType<typeof createRecorder>

/** Cuts the timelines that have new lines to what is kept of each in memory. */
export function createTrim(memory: DatabaseSync): (changes: readonly RowChange[]) => void {
  const trim = memory.prepare(
    `delete from events where host is ? and id <=
     (select id from events where host is ? order by id desc limit 1 offset ${linesInMemory})`,
  )
  return changes => {
    for (const host of hostsIn(changes)) trim.run(host, host)
  }
}

/** Place of the host among the columns of an event. */
const hostColumn = 4

/** The hosts, and null, whose timelines have new lines. */
function hostsIn(changes: readonly RowChange[]): Set<string | null> {
  const hosts = new Set<string | null>()
  for (const { table, kind, values } of changes) {
    const host = values[hostColumn]
    if (table !== 'events' || kind !== 'insert') continue
    hosts.add(typeof host === 'string' ? host : null)
  }
  return hosts
}
