import { didYouMean } from '../base/nearest.ts'
import type { CommandSpec } from './args.ts'
import { everyCommand, everySpec } from './every-command.ts'
import { exit, type Io } from './io.ts'

/** Runs the command that these words of the command line name. Returns the exit code. */
export async function runCommandLine([name, ...rest]: readonly string[]): Promise<number> {
  const io = terminal()
  // What the completion of a shell asks, and what it starts to know it the next time.
  if (name === '__complete') return (await import('./complete.ts')).complete(rest, io, everySpec)
  if (name === '__names') return (await import('./known-names.ts')).refreshNames(rest, io)
  const command = everyCommand.find(({ spec }) => spec.name === name)
  if (command) return (await command.load())(rest, io, everySpec)
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(programUsage(everySpec))
    return exit.done
  }
  if (name === '--version') return (await import('./local/version.ts')).writeVersion(io)
  io.stderr.write(name === undefined ? programUsage(everySpec) : unknownCommand(name, everySpec))
  return exit.usage
}

/** The list of all commands. */
function programUsage(commands: readonly CommandSpec[]): string {
  const lefts = commands.map(({ name, line }) => [name, wordsOf(line)].filter(Boolean).join(' '))
  const width = Math.max(...lefts.map(({ length }) => length))
  const lines = commands.map(({ brief }, at) => `  ${(lefts[at] ?? '').padEnd(width)}  ${brief}\n`)
  const more = 'bootwright COMMAND --help says more.'
  return `usage: bootwright COMMAND [options]\n\n${lines.join('')}\n${more}\n`
}

/** What must follow the name, as far as it fits into a list. */
function wordsOf(line: string): string {
  return /^(?:\[[A-Z]+\]|[^[(\n]+)/.exec(line)?.[0].trim() ?? ''
}

function unknownCommand(name: string, commands: readonly CommandSpec[]): string {
  const meant = didYouMean(
    name,
    commands.map(command => command.name),
  )
  const usage = 'usage: bootwright COMMAND [options]; bootwright --help lists the commands'
  return `bootwright: there is no command "${name}"${meant}\n${usage}\n`
}

/** Node opens a stream when it is first asked for: nobody waits for one that is not used. */
function terminal(): Io {
  const { stdout } = process
  return {
    ...{ stdout, isTerminal: stdout.isTTY === true },
    get stdin() {
      return process.stdin
    },
    get stderr() {
      return process.stderr
    },
    get columns() {
      return stdout.columns
    },
    get rows() {
      return stdout.rows
    },
    resized(listener) {
      stdout.on('resize', listener)
      return () => stdout.off('resize', listener)
    },
  }
}
