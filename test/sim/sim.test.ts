import t from 'tap'
import { simConfig } from './config.ts'
import { type PlayEnd, play } from './play.ts'

const hour = 3_600_000
/** Of these it is known that nothing is wrong; `npm run sim` plays others. */
const seeds = 60

t.test('every promise is kept, whatever breaks', async t => {
  const { config, remove } = simConfig(4)
  t.teardown(remove)
  const sums = { boots: 0, installs: 0, starts: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    const { wrong, ...counts } = await play({ seed, config, lasts: 3 * hour })
    if (wrong.length > 0) t.strictSame(wrong, [], `seed ${seed}, 4 hosts, 3 hours`)
    for (const name of ['boots', 'installs', 'starts'] as const) sums[name] += counts[name]
  }
  t.ok(sums.installs > seeds && sums.boots > sums.installs && sums.starts > 2 * seeds, 'a life')
})

t.test('the same seed is the same play, line by line', async t => {
  const { config, remove } = simConfig(4)
  t.teardown(remove)
  const lines: string[][] = [[], []]
  const ends: PlayEnd[] = []
  for (const told of lines) {
    ends.push(await play({ seed: 7, config, lasts: 2 * hour, tell: line => void told.push(line) }))
  }
  t.strictSame(lines[0], lines[1])
  t.ok((lines[0]?.length ?? 0) > 100)
  t.strictSame(ends[0], ends[1])
  const other = await play({ seed: 8, config, lasts: 2 * hour })
  t.not(other.hash, ends[0]?.hash)
})
