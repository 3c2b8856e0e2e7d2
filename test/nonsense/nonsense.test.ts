import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeFolder } from '../folder.ts'
import { outlineVariable } from './note.ts'

/** What was found in the stories, line by line. What they assert is not looked at here. */
function outline(folder: string, name: string, ...preload: string[]): string[] {
  const file = join(folder, name)
  const stories = join(import.meta.dirname, 'stories.ts')
  const env = { ...process.env, [outlineVariable]: file, TAP_CHILD_ID: name }
  const { stdout } = spawnSync(process.execPath, [...preload, stories], { env, encoding: 'utf8' })
  if (!existsSync(file)) throw new Error(stdout)
  return readFileSync(file, 'utf8').trimEnd().split('\n')
}

t.test('what every sentence says is read by nobody', async t => {
  const folder = makeFolder(t)
  const hooks = `--import=${join(import.meta.dirname, 'hooks.ts')}`
  const sense = outline(folder, 'sense')
  const kinds = new Set(sense.map(line => JSON.parse(line)[0]))
  t.strictSame(
    [...kinds].sort(),
    ['events', 'explained', 'journey', 'metrics', 'story', 'verdicts'],
    'all is looked at',
  )
  t.ok(sense.length > 150, 'in many stories')
  const nonsense = outline(folder, 'nonsense', hooks)
  t.equal(nonsense.length, sense.length)
  t.strictSame(
    nonsense.filter((line, n) => line !== sense[n]),
    sense.filter((line, n) => line !== nonsense[n]),
  )
})
