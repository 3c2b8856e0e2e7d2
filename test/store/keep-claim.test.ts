import type { Client } from 'pg'
import t from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import type { Connection } from '../../src/store/postgres/connect.ts'
import { keepClaim } from '../../src/store/postgres/keep-claim.ts'

t.test('what is given back is not renewed by a turn that was under way', async t => {
  const asked: string[] = []
  const slow = Promise.withResolvers<void>()
  const query = async (text: string) => {
    const [, what = ''] = /renewed = (\S+)/.exec(text) ?? []
    if (what !== '') asked.push(what)
    if (what.startsWith('clock')) await slow.promise
    return { rows: [{}] }
  }
  const client = { query } as unknown as Client
  const claim = keepClaim({
    ...{
      held: { epoch: 1 },
      self: { daemon: 'first', version: '1', urls: () => ({}) },
      clock: { ...computerClock, steady: () => 0 },
    },
    ...{ count: () => 0, others: [], lost: t.fail },
    open: async (): Promise<Connection> => ({ client, drop: () => {} }),
  })
  await new Promise(setImmediate)
  t.strictSame(asked, ['clock_timestamp()'])
  const ended = claim.end()
  await new Promise(setImmediate)
  t.strictSame(asked, ['clock_timestamp()'], 'it waits for that')
  slow.resolve()
  await ended
  t.strictSame(asked, ['clock_timestamp()', "'-infinity'"])
})
