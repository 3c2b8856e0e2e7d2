/** `npm run long`: the long tests that are due, all with `-- --all`; those that pass are noted in long.json. */
import { fileURLToPath } from 'node:url'
import { dueOf, longs, notePassed } from './long.ts'
import { fileTimeout } from './patience.ts'
import { runFiles } from './run-files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const say = (line: string) => process.stdout.write(`${line}\n`)
const how = { cwd: root, env: process.env, jobs: 1, stuck: fileTimeout(15), say }
const due = process.argv.includes('--all') ? longs : dueOf(root)
if (due.length === 0) say('None is due: all have passed on these files.')
for (const long of due) {
  const { failed, skipped } = await runFiles([long.file], how)
  for (const what of skipped) say(`skipped: ${what}`)
  if (failed === 0 && skipped.length === 0) notePassed(root, long)
  else process.exitCode = 1
}
