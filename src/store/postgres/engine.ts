import { DatabaseSync } from 'node:sqlite'
import { type Clock, computerClock } from '../../base/clock.ts'
import type { Database, FollowedRow, StoreError } from '../database.ts'
import type { History } from '../history.ts'
import { LaterError, migrate } from '../migrate.ts'
import type { Peers } from '../peers.ts'
import { createTransactions } from '../transactions.ts'
import type { RowChange } from './changeset.ts'
import type { Ownership } from './claim.ts'
import { connect, faultOf, openError, queryMs, urlsIn } from './connect.ts'
import { listDaemons, type Self } from './daemons.ts'
import { createFollower, type Follower } from './follower.ts'
import { createQuestions, historyThere, type Questions } from './history.ts'
import { type ClaimOptions, keepClaim, renewMs } from './keep-claim.ts'
import { migratePostgres } from './migrate.ts'
import { AwayError, awaySentence, createOutlet } from './outlet.ts'
import { createRecorder } from './recorder.ts'
import { forward, serveOthers } from './requests.ts'
import { createUpkeep, type Upkeep } from './upkeep.ts'

export interface PostgresOptions extends Self {
  /** Absolute path of the file with the URL. */
  readonly urlFile: string
  /** The computer's unless it says otherwise. */
  readonly clock?: Clock
  /** Where connections come from; over the network unless it says otherwise. */
  readonly connect?: typeof connect
  /** Told once where another daemon has the database, and this one stands by. */
  waits(sentence: string): void
  /** Nothing can be kept any more, and what is in memory does not hold: the daemon is to end. */
  lost(error: StoreError): void
}

/** Milliseconds between two looks of who stands by. */
const lookMs = 250
/** Lines of timelines that are in memory while the database is away: some 15 MB. */
const mostLines = 30_000
/** A commit that takes longer than so many milliseconds is tried anew on another connection. */
const writeMs = 3000
/** A view of all tables may take long. */
const loadMs = 60_000

/** What the parts of it share. */
interface PostgresEngine extends PostgresOptions {
  readonly memory: DatabaseSync
  readonly clock: Clock
  readonly asking: Questions
  readonly followed: Set<(row: FollowedRow) => void>
  open(pipeline: boolean, patience: number): () => ReturnType<typeof connect>
  /** What this daemon does as long as it works. */
  work: OwnersWork | undefined
  /** Why it does not. */
  standing: string
  closed: boolean
}

interface OwnersWork {
  /** Nothing was learnt when it began. */
  readonly isNew: boolean
  readonly outlet: ReturnType<typeof createOutlet>
  readonly claim: ReturnType<typeof keepClaim>
}

export interface PostgresStore {
  readonly db: Database
  readonly history: History
  readonly upkeep: Upkeep
  readonly peers: Peers
}

/** Before another daemon may come. */
const doubt = awaySentence('the claim could not be renewed')

/**
 * Opens the database in PostgreSQL: what decisions read is in memory, and every batch of changes goes
 * there. While another daemon has it, memory follows what that one writes. Rejects with StoreError where it
 * cannot be had.
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStore> {
  const urls = () => urlsIn(options.urlFile)
  const { clock = computerClock, connect: connectTo = connect } = options
  const open = (pipeline: boolean, patience: number) => () =>
    connectTo(urls(), { pipeline, patience })
  const engine: PostgresEngine = {
    ...options,
    clock,
    ...{ memory: new DatabaseSync(':memory:'), followed: new Set(), open },
    asking: createQuestions(open(false, queryMs)),
    ...{ work: undefined, standing: 'standing by', closed: false },
  }
  migrate(engine.memory)
  engine.memory.exec('create table learnt (name text primary key)')
  try {
    const { client, drop } = await connectTo(urls(), { pipeline: false })
    await migratePostgres(client).finally(drop)
    return await opened(engine)
  } catch (error) {
    throw openError(error)
  }
}

async function opened(engine: PostgresEngine): Promise<PostgresStore> {
  const { memory, asking, clock } = engine
  const works = Promise.withResolvers<void>()
  const turns = createTransactions(memory, { sync: () => sync(engine), clock }, error => error)
  const learnt = turns.statement('select 1 from learnt')
  const follower = createFollower({
    ...{ memory, self: engine, open: engine.open(false, loadMs) },
    now: clock.steady,
    changed: changes => tell(engine, changes),
  })
  const begin = (held: Ownership) => {
    follower.close()
    const isNew = learnt.get() === undefined
    engine.work = { ...beginWork(engine, { held, others: follower.others() }, turns.begin), isNew }
    works.resolve()
  }
  const first = await follower.turn()
  if ('held' in first) begin(first.held)
  else {
    engine.standing = standingSentence(first)
    engine.waits(engine.standing)
    void follow(engine, follower).then(held => held && begin(held))
  }
  const db = databaseOf(engine, turns, follower)
  const deps = {
    ...{ ask: asking.ask, clock, isClosed: () => engine.closed },
    isAtWork: () => db.away?.() === undefined,
  }
  return {
    ...{ db, history: historyThere(asking, db.committed), upkeep: createUpkeep(asking) },
    peers: {
      standsBy: () => (engine.work ? undefined : engine.standing),
      works: works.promise,
      list: () => listDaemons(asking),
      urls: network => (engine.work?.claim ?? follower).others().flatMap(of => of[network] ?? []),
      forward: asked => forward(deps, asked),
      serve: answer => void works.promise.then(() => serveOthers(deps, answer)),
    },
  }
}

function beginWork(
  engine: PostgresEngine,
  { held, others }: Pick<ClaimOptions, 'held' | 'others'>,
  back: () => void,
): Omit<OwnersWork, 'isNew'> {
  const { clock } = engine
  const outlet = createOutlet({
    ...{ recorder: createRecorder(engine.memory), clock },
    ...{ epoch: held.epoch, open: engine.open(true, writeMs), end: engine.lost },
    // The groups before it have failed: from here on the last one is good again.
    back,
  })
  const claim = keepClaim({
    ...{ held, others, self: engine, clock, lost: engine.lost, count: outlet.count },
    open: engine.open(false, renewMs * 2),
  })
  return { outlet, claim }
}

/** Follows until the database is free. */
async function follow(engine: PostgresEngine, follower: Follower): Promise<Ownership | undefined> {
  while (!engine.closed) {
    await engine.clock.sleepIdle(lookMs)
    try {
      const found = await follower.turn()
      if ('held' in found) return engine.closed ? undefined : found.held
      engine.standing = standingSentence(found)
    } catch (error) {
      if (error instanceof LaterError) engine.lost(openError(error))
      engine.standing = `standing by, and the database is away: ${faultOf(error)}`
    }
  }
  return undefined
}

function standingSentence({ owner, since }: { owner: string; since: number }): string {
  return `standing by: ${owner} has the database since ${new Date(since).toISOString()}`
}

function sync(engine: PostgresEngine): Promise<void> {
  return engine.work ? engine.work.outlet.sync() : refused(engine)
}

/** Whoever does not wait for it is not told. */
function refused({ standing }: PostgresEngine): Promise<never> {
  const refusal = Promise.reject(new AwayError(standing))
  refusal.catch(() => {})
  return refusal
}

function tell({ followed }: PostgresEngine, changes: readonly RowChange[]): void {
  if (followed.size === 0) return
  for (const { table, kind, values } of changes) {
    // In each of these tables the key comes first.
    const row = { table, kind, key: values[0] ?? null }
    for (const listener of followed) listener(row)
  }
}

type MemoryTurns = ReturnType<typeof createTransactions>

function databaseOf(engine: PostgresEngine, turns: MemoryTurns, follower: Follower): Database {
  const { begin: _begin, flush: _flush, ...rest } = turns
  const learn = turns.statement("insert or ignore into learnt (name) values ('settled')")
  const lines = turns.statement<{ count: number }>('select count(*) as count from events')
  const mustWork = () => {
    if (!engine.work) throw new AwayError(engine.standing)
  }
  const away = () => {
    if (!engine.work) return engine.standing
    const { outlet, claim } = engine.work
    return outlet.away() ?? (claim.isInDoubt() ? doubt : undefined)
  }
  return {
    ...rest,
    run(...call) {
      mustWork()
      turns.run(...call)
    },
    change(...call) {
      mustWork()
      return turns.change(...call)
    },
    write(work) {
      mustWork()
      return turns.write(work)
    },
    committed: () => (engine.work ? turns.committed() : refused(engine)),
    get isNew() {
      return engine.work?.isNew ?? false
    },
    settle: () => turns.run(learn),
    isBusy: () => turns.isBusy() || away() !== undefined,
    away,
    isCrowded: () =>
      engine.work !== undefined && away() !== undefined && (lines.get()?.count ?? 0) > mostLines,
    onFollowed: listener => void engine.followed.add(listener),
    async close() {
      engine.closed = true
      if (engine.work) await turns.committed().catch(() => {})
      engine.asking.close()
      if (!engine.work) await follower.end()
      await engine.work?.claim.end()
      engine.work?.outlet.close()
    },
  }
}
