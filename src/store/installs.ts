import type { Attempt, Install, NewAttempt, Proof } from '../boot/install.ts'
import type { Reason } from '../boot/reason.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import { reasonIn } from './before-codes.ts'
import type { Database } from './database.ts'

/** Installs kept for each host; older ones go when it is asked again. */
const kept = 100

/** Installs and their attempts. What they hold inside is the business of src/install. */
export function createInstalls(db: Database) {
  const addInstall = db.statement(
    'insert into installs (id, host, profile, spec, asked_at) values (?, ?, ?, ?, ?)',
  )
  const endInstall = db.statement(
    'update installs set ended_at = ?, outcome = ?, reason = ? where id = ?',
  )
  const getInstall = db.statement('select * from installs where id = ?')
  const ofHost = db.statement('select * from installs where host = ? order by id desc limit ?')
  const prune = db.statement(
    'delete from installs where host = ? and id <= (select id from installs where host = ? order by id desc limit 1 offset ?)',
  )
  const addAttempt = db.statement(
    'insert into attempts (token, install, host, number, mac, address, opened_at, void, content, prepared) values (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)',
  )
  const dropPrepared = db.statement('delete from attempts where host = ? and prepared = 1')
  const getPrepared = db.statement(
    'select * from attempts where host = ? and install is ? and number = ? and void = 0 and prepared = 1',
  )
  const burn = db.statement(
    "update attempts set burnt = json_insert(burnt, '$[#]', ?) where token = ?",
  )
  const getAttempt = db.statement('select * from attempts where token = ?')
  const current = db.statement(
    'select * from attempts where host = ? and install is ? and void = 0 and prepared = 0 order by number desc limit 1',
  )
  const setProof = db.statement('update attempts set proof = ? where token = ?')
  const dropAttempts = db.statement('delete from attempts where host = ? and void = 1')
  const voidAttempts = db.statement('update attempts set void = 1 where host = ?')
  const voidLater = db.statement(
    'update attempts set void = 1 where host = ? and install = ? and number > ?',
  )
  const voidOld = db.statement('update attempts set void = 1 where opened_at < ?')

  return {
    add(install: Install): void {
      db.write(() => {
        const { id, host, profile, spec, askedAt } = install
        addInstall.run(id, host, profile, JSON.stringify(spec), askedAt)
        prune.run(host, host, kept)
        dropAttempts.run(host)
      })
    },
    end: (id: string, at: number, outcome: string, reason: Reason): void =>
      db.run(endInstall, at, outcome, JSON.stringify(reason), id),
    get: (id: string): Install | undefined => installOf(getInstall.get(id)),
    /** The newest installs of a host, newest first. */
    ofHost: (host: string, limit: number): Install[] =>
      ofHost.all(host, limit).flatMap(row => installOf(row) ?? []),
    /** A host has one that is prepared at most, and none once another one was opened. */
    addAttempt(attempt: NewAttempt): void {
      const { token, install = null, host, number, mac, address, openedAt, content } = attempt
      const json = JSON.stringify(content)
      const prepared = attempt.prepared ? 1 : 0
      db.write(() => {
        dropPrepared.run(host)
        addAttempt.run(token, install, host, number, mac, address, openedAt, json, prepared)
      })
    },
    preparedAttempt: (host: string, number: number, install?: string): Attempt | undefined =>
      attemptOf(getPrepared.get(host, install ?? null, number)),
    burn: (token: string, name: string): void => db.run(burn, name, token),
    attempt: (token: string): Attempt | undefined => attemptOf(getAttempt.get(token)),
    /** The newest attempt of a host's install (of its netboots, without one) that is not void. */
    currentAttempt: (host: string, install?: string): Attempt | undefined =>
      attemptOf(current.get(host, install ?? null)),
    saveProof: (token: string, proof: Proof): void =>
      db.run(setProof, JSON.stringify(proof), token),
    voidAttempts: (host: string): void => db.run(voidAttempts, host),
    /** Those that were opened after this one of the same install. */
    voidAttemptsAfter: ({ host, install, number }: Attempt): void =>
      db.run(voidLater, host, install ?? null, number),
    voidAttemptsBefore: (at: number): void => db.run(voidOld, at),
  }
}

export type Installs = ReturnType<typeof createInstalls>

function installOf(row: Record<string, unknown> | undefined): Install | undefined {
  if (!row) return undefined
  return {
    id: row.id as string,
    host: row.host as string,
    profile: row.profile as string,
    spec: JSON.parse(row.spec as string) as Install['spec'],
    askedAt: row.asked_at as number,
    ...(row.ended_at !== null && { endedAt: row.ended_at as number }),
    ...(row.outcome !== null && { outcome: row.outcome as string }),
    ...(row.reason !== null && { reason: reasonIn(row.reason as string) }),
  }
}

function attemptOf(row: Record<string, unknown> | undefined): Attempt | undefined {
  if (!row) return undefined
  return {
    token: row.token as string,
    ...(row.install !== null && { install: row.install as string }),
    host: row.host as string,
    number: row.number as number,
    mac: row.mac as Mac,
    address: row.address as Ipv4,
    openedAt: row.opened_at as number,
    void: row.void === 1,
    ...(row.prepared === 1 && { prepared: true }),
    burnt: JSON.parse(row.burnt as string) as string[],
    content: JSON.parse(row.content as string) as Attempt['content'],
    ...(row.proof !== null && { proof: JSON.parse(row.proof as string) as Proof }),
  }
}
