import { runCommandLine } from './cli/program.ts'

// A reader that goes away (`| head`) is no error.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await runCommandLine(process.argv.slice(2))
