import type { Io } from './cli/io.ts'
import { version } from './system/version.ts'

const usage = `usage: bootwright COMMAND [options]

  serve --config FILE      runs the daemon in the foreground
  check --config FILE      every mistake in a config; --strict: warnings count too
  explain --config FILE    what a client would be told, and why
  schema                   JSON Schema of the config, for editors
  hosts                    all hosts and their states
  show HOST                one host: facts, installs, callbacks, timeline
  doctor HOST              why it does not boot, and what to do
  events [HOST]            the timeline; --follow goes on
  watch                    all hosts, live
  leases                   addresses given
  images                   boot media: size, kernel, init
  import DIR|FILE… NAME    copies boot media into assets
  install HOST…            asks for an install; --wait follows it
  cancel HOST…             takes it back
  completion SHELL         completion for bash, zsh or fish
  man                      the manual page

bootwright COMMAND --help says more.
`

/** Loaded when it is needed: a command line that only asks must not wait for the whole daemon. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/local/commands.ts')).serveCommand,
  check: async () => (await import('./cli/local/commands.ts')).checkCommand,
  explain: async () => (await import('./cli/local/commands.ts')).explainCommand,
  schema: async () => (await import('./cli/local/commands.ts')).schemaCommand,
  hosts: async () => (await import('./cli/hosts.ts')).run,
  show: async () => (await import('./cli/show.ts')).run,
  doctor: async () => (await import('./cli/doctor.ts')).run,
  events: async () => (await import('./cli/events.ts')).run,
  watch: async () => (await import('./cli/watch.ts')).run,
  leases: async () => (await import('./cli/leases.ts')).run,
  images: async () => (await import('./cli/images.ts')).run,
  import: async () => (await import('./cli/local/import.ts')).run,
  install: async () => (await import('./cli/install.ts')).run,
  cancel: async () => (await import('./cli/cancel.ts')).run,
  completion: async () => (await import('./cli/completion.ts')).run,
  man: async () => (await import('./cli/man.ts')).run,
  // What the completion of a shell asks.
  __complete: async () => (await import('./cli/completion.ts')).complete,
}

type Command = (argv: string[], io: Io) => number | Promise<number>

/** Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 the daemon cannot be reached. */
async function main([name, ...rest]: readonly string[], io: Io): Promise<number> {
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load) return (await load())(rest, io)
  if (name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(usage)
    return 0
  }
  if (name === '--version') {
    io.stdout.write(`${version()}\n`)
    return 0
  }
  const unknown = name === undefined ? '' : `bootwright: there is no command ${name}\n`
  io.stderr.write(unknown + usage)
  return 2
}

function terminal(): Io {
  const { stdin, stdout, stderr } = process
  return {
    ...{ stdin, stdout, stderr, isTerminal: stdout.isTTY === true },
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

// A reader that goes away (`| head`) is no error.
process.stdout.on('error', () => process.exit(0))
process.exitCode = await main(process.argv.slice(2), terminal())
