import { enableCompileCache } from 'node:module'
import { cacheFolder } from './cli/cache-folder.ts'

// Half of the time of a short command is Node reading and compiling its modules, so it is kept; this
// comes before they are loaded. Where it cannot be written nothing is kept, and nothing is said.
const folder = cacheFolder(process.env)
if (folder !== undefined && !process.env.NODE_COMPILE_CACHE)
  enableCompileCache(`${folder}/compiled`)

// A reader that goes away (`| head`) is no error.
process.stdout.on('error', () => process.exit(0))
const { runProgram } = await import('./cli/program.ts')
process.exitCode = await runProgram(process.argv.slice(2))
