import { allOptions, type CommandSpec, shortUsage, usageLine, usageOf } from './args.ts'
import { exit, type Io } from './io.ts'
import { manSpec } from './local/specs.ts'
import { parseCommand } from './parse-command.ts'

/** `bootwright man`. */
export function run(argv: readonly string[], io: Io, all: readonly CommandSpec[]): number {
  const parsed = parseCommand(manSpec, argv)
  if (parsed.kind === 'help') io.stdout.write(usageOf(manSpec))
  if (parsed.kind === 'run') io.stdout.write(manPage(all))
  if (parsed.kind !== 'wrong') return exit.done
  io.stderr.write(`bootwright man: ${parsed.message}\n${shortUsage(manSpec)}\n`)
  return exit.usage
}

/** The manual page in the man macros (groff_man(7)): it is made of what the commands say of themselves. */
export function manPage(commands: readonly CommandSpec[]): string {
  return [
    '.TH BOOTWRIGHT 1 "" Bootwright "User Commands"',
    '.SH NAME',
    text('bootwright - netboot daemon, and the commands that talk to it'),
    '.SH SYNOPSIS',
    '.B bootwright',
    '.I COMMAND',
    text('[options]'),
    '.SH DESCRIPTION',
    text(
      'Bootwright answers DHCP, serves boot loaders, kernels and scripts, and installs machines from the network, once and only when it was asked for.',
    ),
    '.SH COMMANDS',
    ...commands.flatMap(command),
    ...list('EXIT STATUS', exits),
    ...list('ENVIRONMENT', environment),
    ...list('FILES', files),
    '.SH EXAMPLES',
    text('Reimage a lab every night, from cron, and stop after three failures:'),
    '.PP',
    '.nf',
    text('0 2 * * * bootwright install --where tag=lab --yes --wait --stop-after 3'),
    '.fi',
    '.SH SEE ALSO',
    '.BR dnsmasq (8),',
    '.BR tshark (1)',
    '',
  ].join('\n')
}

type Rows = readonly (readonly [term: string, meaning: string])[]

const exits: Rows = [
  ['0', 'Done.'],
  ['1', 'The answer is no: an install failed, a config has mistakes, the doctor found something.'],
  ['2', 'Wrong usage.'],
  ['3', 'The daemon cannot be reached, or refused the token.'],
]

const environment: Rows = [
  ['BOOTWRIGHT_SERVER', 'URL of the daemon, where --server does not say it.'],
  ['BOOTWRIGHT_TOKEN_FILE', 'File with its token, where --token-file does not say it.'],
  ['NO_COLOR', 'No colours, also on a terminal.'],
]

const files: Rows = [
  ['~/.config/bootwright/token', 'The token of the daemon.'],
  ['/var/lib/bootwright', 'Database and generated secrets of the daemon.'],
  ['/usr/local/share/man/man1/bootwright.1', 'This page.'],
]

function command(spec: CommandSpec): string[] {
  const usages = usageLine(spec)
    .replace(/^usage: /, '')
    .split(/\n\s+(?=bootwright )/)
  const examples = (spec.examples ?? []).map(text)
  return [
    `.SS ${text(spec.name)}`,
    ...usages.flatMap(usage => ['.B', text(usage.replace(/\s+/g, ' ')), '.PP']),
    text(spec.summary.replace(/\n/g, ' ')),
    ...terms(
      Object.entries(allOptions(spec)).map(
        ([name, { value, help }]) => [`--${name}${value ? ` ${value}` : ''}`, help] as const,
      ),
    ),
    ...(examples.length > 0 ? ['.PP', '.nf', ...examples, '.fi'] : []),
  ]
}

function list(title: string, rows: Rows): string[] {
  return [`.SH ${title}`, ...terms(rows)]
}

function terms(rows: Rows): string[] {
  return rows.flatMap(([term, meaning]) => ['.TP', '.B', text(term), text(meaning)])
}

/** Text that means only itself to roff: no request at its start, hyphens that can be copied. */
function text(words: string): string {
  return words
    .replace(/\\/g, '\\e')
    .replace(/-/g, '\\-')
    .replace(/^([.'])/, '\\&$1')
    .replace(/…/g, '...')
    .replace(/’/g, "'")
}
