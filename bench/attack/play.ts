import { floods } from './floods.ts'

/**
 * Plays one flood, in a namespace of its own.
 *
 *   node play.ts NAME AIM     AIM is JSON, see `aim.ts`
 */
const [name = '', aim = ''] = process.argv.slice(2)
const flood = floods[name]
if (!flood) throw new Error(`no flood ${name}`)
await flood(JSON.parse(aim))
process.exit(0)
