import type { Attempt, AttemptContent, NewAttempt, Proof } from '../boot/install.ts'
import type { Database } from './database.ts'
import type { StoredAttempt } from './tables.ts'
import { createTexts } from './texts.ts'

/** The boots of installs, and of hosts that netboot always; their names beside those of installs. */
export function createAttempts(db: Database) {
  const statements = statementsOf(db)
  const files = createTexts(db, { table: 'attempt_files', owner: 'token' })
  return { ...readingOf(statements, files), ...writingOf(db, statements, files) }
}

type AttemptStatements = ReturnType<typeof statementsOf>
type AttemptTexts = ReturnType<typeof createTexts>

function statementsOf(db: Database) {
  return {
    add: db.statement(
      'insert into attempts (token, install, host, number, mac, address, opened_at, void, content, prepared) values (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)',
    ),
    get: db.statement<StoredAttempt>('select * from attempts where token = ?'),
    current: db.statement<StoredAttempt>(
      'select * from attempts where host = ? and install is ? and void = 0 and prepared = 0 order by number desc limit 1',
    ),
    prepared: db.statement<StoredAttempt>(
      'select * from attempts where host = ? and install is ? and number = ? and void = 0 and prepared = 1',
    ),
    burn: db.statement("update attempts set burnt = json_insert(burnt, '$[#]', ?) where token = ?"),
    setContent: db.statement('update attempts set content = ? where token = ?'),
    setProof: db.statement('update attempts set proof = ? where token = ?'),
    voidAll: db.statement('update attempts set void = 1 where host = ?'),
    voidLater: db.statement(
      'update attempts set void = 1 where host = ? and install = ? and number > ?',
    ),
    voidOld: db.statement('update attempts set void = 1 where opened_at < ?'),
    dropPrepared: db.statement('delete from attempts where host = ? and prepared = 1'),
    dropVoid: db.statement('delete from attempts where host = ? and void = 1'),
  }
}

function readingOf({ get, current, prepared }: AttemptStatements, files: AttemptTexts) {
  const attemptOf = (row: StoredAttempt | undefined) => row && attemptIn(row, files)
  return {
    /** An answer file of an attempt. */
    file: files.one,
    hasFile: files.has,
    attempt: (token: string): Attempt | undefined => attemptOf(get.get(token)),
    /** The newest attempt of a host's install (of its netboots, without one) that is not void. */
    currentAttempt: (host: string, install?: string): Attempt | undefined =>
      attemptOf(current.get(host, install ?? null)),
    preparedAttempt: (host: string, number: number, install?: string): Attempt | undefined =>
      attemptOf(prepared.get(host, install ?? null, number)),
  }
}

function writingOf(db: Database, statements: AttemptStatements, texts: AttemptTexts) {
  const { add, burn, setContent, setProof, voidAll, voidLater, voidOld, dropPrepared, dropVoid } =
    statements
  return {
    /** A host has one that is prepared at most, and none once another one was opened. */
    addAttempt(attempt: NewAttempt): void {
      const { token, install = null, host, number, mac, address, openedAt } = attempt
      const { files, ...rest } = attempt.content
      const content = JSON.stringify(rest)
      const prepared = attempt.prepared ? 1 : 0
      db.write(() => {
        dropPrepared.run(host)
        add.run(token, install, host, number, mac, address, openedAt, content, prepared)
        texts.add(token, files)
      })
    },
    burn: (token: string, name: string): void => db.run(burn, name, token),
    saveContent(token: string, { files, ...content }: AttemptContent): void {
      db.write(() => {
        setContent.run(JSON.stringify(content), token)
        texts.replace(token, files)
      })
    },
    saveProof: (token: string, proof: Proof): void =>
      db.run(setProof, JSON.stringify(proof), token),
    voidAttempts: (host: string): void => db.run(voidAll, host),
    /** Those that were opened after this one of the same install. */
    voidAttemptsAfter: ({ host, install, number }: Attempt): void =>
      db.run(voidLater, host, install ?? null, number),
    voidAttemptsBefore: (at: number): void => db.run(voidOld, at),
    /** Forgets the tokens of a host that are good no more. */
    dropVoid: (host: string): void => db.run(dropVoid, host),
  }
}

/** Its files are read by whoever looks at them. */
function attemptIn(row: StoredAttempt, files: AttemptTexts): Attempt {
  const read = files.of(row.token)
  return {
    token: row.token,
    ...(row.install !== null && { install: row.install }),
    host: row.host,
    number: row.number,
    mac: row.mac,
    address: row.address,
    openedAt: row.opened_at,
    void: row.void === 1,
    ...(row.prepared === 1 && { prepared: true }),
    burnt: JSON.parse(row.burnt) as string[],
    content: {
      ...(JSON.parse(row.content) as Omit<AttemptContent, 'files'>),
      get files() {
        return read()
      },
    },
    ...(row.proof !== null && { proof: JSON.parse(row.proof) as Proof }),
  }
}
