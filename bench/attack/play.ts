import { floods } from './floods.ts'

/**
 * Plays one flood, in a namespace of its own. Prints what it heard, and how often, as JSON.
 *
 *   node play.ts NAME AIM     AIM is JSON, see `aim.ts`
 */
const [name = '', aim = ''] = process.argv.slice(2)
const flood = floods[name]
if (!flood) throw new Error(`no flood ${name}`)
const counts: Record<string, number> = {}
await flood.play(JSON.parse(aim), (what, times = 1) => {
  counts[what] = (counts[what] ?? 0) + times
})
process.stdout.write(JSON.stringify(counts), () => process.exit(0))
