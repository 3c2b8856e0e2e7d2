import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Owner } from '../daemon/daemon.ts'
import { openLoop } from './loop.ts'

/**
 * Three daemons on one PostgreSQL, machines that install themselves, and everything breaks: daemons are
 * killed and stopped, their cables to the database are cut, the database is restarted. After each round it is
 * looked whether every promise was kept. A round plays again by its seed, as far as real processes do.
 *
 *   npm run chaos -- [--rounds N] [--seed S] [--machines M]      needs root and Debian's `postgresql`
 */
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    machines: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})
const [rounds, machines, first] = [values.rounds, values.machines, values.seed].map(Number)

const ends: (() => unknown)[] = []
const folder = mkdtempSync(join(tmpdir(), 'bootwright-chaos-'))
const owner = {
  teardown: (end: () => unknown) => void ends.push(end),
  testdir: () => folder,
} as unknown as Owner

const loop = await openLoop(owner, machines ?? 0)
let bad = 0
for (let n = 0; n < (rounds ?? 0); n++) {
  const { seed, faults, seconds, boots, epoch, wrong, stories } = await loop.round((first ?? 0) + n)
  process.stdout.write(
    `seed ${seed}: ${faults.join('; ')}: ${boots} boots in ${seconds} s, epoch ${epoch}\n`,
  )
  for (const { name, ends } of loop.site.nodes) {
    for (const { code, said } of ends.splice(0)) {
      process.stdout.write(`  ${name} ended with ${code}: ${said.slice(0, 1000)}\n`)
    }
  }
  for (const line of wrong.slice(0, 40)) process.stdout.write(`  WRONG ${line}\n`)
  for (const story of stories) process.stdout.write(`  ${story}\n`)
  if (wrong.length > 0) {
    bad += 1
    break
  }
}
// Of a bad round machines may still be under way: what becomes of them is no matter any more.
process.on('unhandledRejection', () => {}).on('uncaughtException', () => {})
for (const end of ends.toReversed()) await end()
if (bad === 0) rmSync(folder, { recursive: true, force: true })
else process.stdout.write(`what the daemons said is in ${folder}\n`)
process.exit(bad === 0 ? 0 : 1)
