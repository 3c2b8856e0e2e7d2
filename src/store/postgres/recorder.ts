import type { DatabaseSync } from 'node:sqlite'
import type { Query } from 'pg'
import { statementsOf } from './batch.ts'
import { type RowChange, readChangeset } from './changeset.ts'
import { linesInMemory } from './load.ts'

/** Writes down which rows of the memory have changed: a row that changes again and again is one. */
export function createRecorder(memory: DatabaseSync) {
  const trim = memory.prepare(
    `delete from events where host is ? and id <=
     (select id from events where host is ? order by id desc limit 1 offset ${linesInMemory})`,
  )
  let session = memory.createSession()
  return {
    /** What has changed since the last time, as statements; undefined where nothing has. */
    cut(): Query[] | undefined {
      const bytes = session.changeset()
      if (bytes.length === 0) return undefined
      session.close()
      const changes = [...readChangeset(bytes)]
      // Unrecorded: they stay where they are kept.
      for (const host of hostsIn(changes)) trim.run(host, host)
      session = memory.createSession()
      const statements = statementsOf(changes)
      return statements.length > 0 ? statements : undefined
    },
  }
}

export type Recorder = ReturnType<typeof createRecorder>

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
