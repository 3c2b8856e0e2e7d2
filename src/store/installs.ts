import type { Install, PastInstall, Spec } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import { createAttempts } from './attempts.ts'
import { reasonIn } from './before-codes.ts'
import type { Database } from './database.ts'
import { createReadOnce } from './read-once.ts'
import type { StoredInstall } from './tables.ts'
import { createTexts } from './texts.ts'

/** Installs kept for each host; older ones go when it is asked again. */
const kept = 100

/** Installs and their attempts. What they hold inside is the business of src/install. */
export function createInstalls(db: Database) {
  const { dropVoid, ...attempts } = createAttempts(db)
  const templates = createTexts(db, { table: 'install_templates', owner: 'install' })
  const installOf = (row: StoredInstall) => installIn(row, specIn(row), templates)
  const add = db.statement(
    'insert into installs (id, host, profile, spec, asked_at) values (?, ?, ?, ?, ?)',
  )
  const end = db.statement('update installs set ended_at = ?, outcome = ?, reason = ? where id = ?')
  const get = db.statement<StoredInstall>('select * from installs where id = ?')
  const ofHost = db.statement<StoredInstall>(
    'select * from installs where host = ? order by id desc limit ?',
  )
  const prune = db.statement(
    'delete from installs where host = ? and id <= (select id from installs where host = ? order by id desc limit 1 offset ?)',
  )
  const read = (id: string) => {
    const row = get.get(id)
    return row && { row, spec: specIn(row) }
  }
  const underWay = createReadOnce(db, read, found => found?.row.ended_at === null)
  db.onFollowed?.(({ table, key }) => {
    if (table === 'installs') underWay.forget(String(key))
  })
  return {
    add({ id, host, profile, spec, askedAt }: Install): void {
      const { templates: sources, ...rest } = spec
      db.write(() => {
        add.run(id, host, profile, JSON.stringify(rest), askedAt)
        templates.add(id, sources)
        prune.run(host, host, kept)
        dropVoid(host)
      })
    },
    end(id: string, at: number, outcome: string, reason: Reason): void {
      db.run(end, at, outcome, JSON.stringify(reason), id)
      underWay.forget(id)
    },
    get(id: string): Install | undefined {
      const found = underWay.of(id)
      return found && installIn(found.row, found.spec, templates)
    },
    /** The newest installs of a host, newest first. */
    ofHost: (host: string, limit: number): Install[] => ofHost.all(host, limit).map(installOf),
    ...attempts,
  }
}

type StoredSpec = Omit<Spec, 'templates'>

const specIn = (row: StoredInstall): StoredSpec => JSON.parse(row.spec) as StoredSpec

/** Its templates are read by whoever looks at them. */
function installIn(
  row: StoredInstall,
  spec: StoredSpec,
  templates: ReturnType<typeof createTexts>,
): Install {
  const read = templates.of(row.id)
  return {
    ...pastInstall(row),
    spec: {
      ...spec,
      get templates() {
        return read()
      },
    },
  }
}

/** An install as people read it. */
export function pastInstall(row: Omit<StoredInstall, 'spec'>): PastInstall {
  return {
    id: row.id,
    host: row.host,
    profile: row.profile,
    askedAt: row.asked_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    ...(row.outcome !== null && { outcome: row.outcome }),
    ...(row.reason !== null && { reason: reasonIn(row.reason) }),
  }
}
