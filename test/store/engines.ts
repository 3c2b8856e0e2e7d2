import t, { type Test } from 'tap'
import type { Database } from '../../src/store/database.ts'
import { openPostgres } from '../../src/store/postgres/engine.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { makeFolder } from '../folder.ts'
import { lacksPostgres, type PostgresServer, startPostgres } from './postgres-server.ts'

/** Where a database is, which may be opened again and again. */
export interface Place {
  open(): Promise<Database>
}

let server: Promise<PostgresServer> | undefined

const engines = [
  {
    engine: 'SQLite',
    skip: false,
    async placeIn(t: Test): Promise<Place> {
      const dataDir = makeFolder(t)
      return { open: () => openSqlite(dataDir) }
    },
  },
  {
    engine: 'PostgreSQL',
    skip: lacksPostgres,
    async placeIn(): Promise<Place> {
      server ??= startPostgres(t)
      const { urlFile } = (await server).newDatabase()
      return {
        open: async () => (await openPostgres({ ...forTests, urlFile })).db,
      }
    },
  },
]

/** Nobody else has it, and it does not go away. */
export const forTests = {
  daemon: 'a test',
  version: '0',
  urls: () => ({}),
  waits(sentence: string): never {
    throw new Error(sentence)
  },
  lost(error: Error): void {
    setImmediate(() => {
      throw error
    })
  },
}

/** A test of what every engine does alike. */
export function withEach(name: string, test: (t: Test, place: Place) => Promise<void>): void {
  for (const { engine, skip, placeIn } of engines) {
    t.test(`${name}: ${engine}`, { skip }, async t => test(t, await placeIn(t)))
  }
}
