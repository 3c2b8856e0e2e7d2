import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../folder.ts'
import { bugs, putIn } from './bugs.ts'

for (const bug of bugs) {
  t.test(`the simulation finds: ${bug.name}`, async t => {
    const folder = makeFolder(t, {})
    putIn(bug, folder)
    const seeds = ['--seed', '1', '--seeds', '200', '--hosts', '4', '--hours', '3', '--first-wrong']
    const args = [join(folder, 'test/sim/run.ts'), ...seeds]
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    t.equal(status, 1, stderr)
    t.match(stdout, bug.found)
  })
}
