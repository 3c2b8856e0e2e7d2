import type { Clock } from '../../base/clock.ts'
import type { Forwarded, ForwardedAnswer } from '../../base/forwarded.ts'
import { faultOf } from './connect.ts'
import type { Questions } from './history.ts'
import { AwayError } from './outlet.ts'

/** Milliseconds between two looks for what was asked, and for its answer. */
const lookMs = 150
/** Requests that are done at the same time. */
const atOnce = 16
/** Milliseconds: longer than it takes another daemon to take over. */
const patienceMs = 15_000

export interface RequestDeps extends Pick<Questions, 'ask'> {
  readonly clock: Pick<Clock, 'steady' | 'sleep' | 'sleepIdle'>
  /** Whether this daemon works, and the database is there. */
  isAtWork(): boolean
  isClosed(): boolean
}

/**
 * What was asked of a daemon that stands by goes by the database to the one that works: they need not reach
 * each other. It is taken by one daemon, once; what became of it when that one dies is not known. Rejects
 * when nobody answers.
 */
export async function forward(
  { ask, clock }: RequestDeps,
  asked: Forwarded,
): Promise<ForwardedAnswer> {
  const made = await ask<{ id: string }>(
    'insert into requests (id, asked) values (gen_random_uuid()::text, $1) returning id',
    [JSON.stringify(asked)],
  ).catch(error => {
    throw new AwayError(faultOf(error))
  })
  const id = made[0]?.id ?? ''
  for (const end = clock.steady() + patienceMs; clock.steady() < end; await clock.sleep(lookMs)) {
    const rows = await ask<{ answer: ForwardedAnswer }>(
      'delete from requests where id = $1 and answer is not null returning answer',
      [id],
    ).catch(() => [])
    if (rows[0]) return rows[0].answer
  }
  return giveUp(ask, id)
}

/** One that nobody has taken is taken back, so that it is not done when nobody waits any more. */
async function giveUp(ask: Questions['ask'], id: string): Promise<never> {
  const back = await ask('delete from requests where id = $1 and taken is null returning 1', [
    id,
  ]).catch(() => [])
  const why = back.length > 0 ? 'so nothing was done' : 'and may do it all the same: look'
  throw new AwayError(`the daemon that works has not answered, ${why}`)
}

/** Answers what others were asked, until it is closed. */
export async function serveOthers(
  deps: RequestDeps,
  answer: (asked: Forwarded) => Promise<ForwardedAnswer>,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  while (!deps.isClosed()) {
    const free = atOnce - underWay.size
    const taken = deps.isAtWork() && free > 0 ? await take(deps.ask, free).catch(() => []) : []
    for (const { id, asked } of taken) {
      const done = answer(asked)
        .then(said => keepAnswer(deps.ask, id, said))
        // Whoever asked hears that nobody has answered.
        .catch(() => {})
        .finally(() => underWay.delete(done))
      underWay.add(done)
    }
    await deps.clock.sleepIdle(lookMs)
  }
}

function take(
  ask: Questions['ask'],
  most: number,
): Promise<{ readonly id: string; readonly asked: Forwarded }[]> {
  return ask(
    `update requests set taken = clock_timestamp() where id in (
       select id from requests where taken is null
       and at > clock_timestamp() - $1 * interval '1 ms'
       order by at limit $2 for update skip locked) returning id, asked`,
    [patienceMs, most],
  )
}

async function keepAnswer(
  ask: Questions['ask'],
  id: string,
  answer: ForwardedAnswer,
): Promise<void> {
  await ask('update requests set answer = $2 where id = $1', [id, JSON.stringify(answer)])
}
