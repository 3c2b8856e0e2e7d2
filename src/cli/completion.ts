import type { HostRow } from '../api/hosts.ts'
import { connectApi } from './api-client.ts'
import { parseCommand, usageLine, usageOf, type Values } from './args.ts'
import { candidatesFor, startingWith } from './candidates.ts'
import { everyCommand } from './every-command.ts'
import { envOf, exit, Failure, type Io } from './io.ts'
import { completionSpec } from './local/specs.ts'
import { clean } from './table.ts'

const bash = `# Completion of bootwright for bash: /etc/bash_completion.d/bootwright
_bootwright() {
  local word help files=
  COMPREPLY=()
  while IFS=$'\\t' read -r word help; do
    if [ "$word" = :files ]; then files=1; else COMPREPLY+=("$word"); fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case "\${COMPREPLY[0]}" in *=) compopt -o nospace;; esac
  if [ -n "$files" ]; then compopt -o default; fi
}
complete -F _bootwright bootwright
`

const zsh = `#compdef bootwright
# Completion of bootwright for zsh: _bootwright in a folder of $fpath
_bootwright() {
  local word help files
  local -a found
  while IFS=$'\\t' read -r word help; do
    if [[ $word == :files ]]; then files=1; else found+=("\${word//:/\\\\:}:$help"); fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe bootwright found; fi
  if [[ -n $files ]]; then _files; fi
}
if [ "$funcstack[1]" = _bootwright ]; then _bootwright "$@"; else compdef _bootwright bootwright; fi
`

const fish = `# Completion of bootwright for fish: ~/.config/fish/completions/bootwright.fish
function __bootwright_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c bootwright -f -a '(__bootwright_complete | string match -v :files)'
complete -c bootwright -n '__bootwright_complete | string match -q :files' -F
`

const scripts: Readonly<Record<string, string>> = { bash, zsh, fish }

/** `bootwright completion SHELL`. */
export function run(argv: readonly string[], io: Io): number {
  const parsed = parseCommand(completionSpec, argv)
  if (parsed.kind === 'help') {
    io.stdout.write(usageOf(completionSpec))
    return exit.done
  }
  const shell = parsed.kind === 'run' ? parsed.words[0] : undefined
  const script = shell !== undefined && Object.hasOwn(scripts, shell) ? scripts[shell] : undefined
  if (script !== undefined) {
    io.stdout.write(script)
    return exit.done
  }
  const why = parsed.kind === 'wrong' ? parsed.message : `there is none for ${shell}`
  io.stderr.write(`bootwright completion: ${why}\n${usageLine(completionSpec)}\n`)
  return exit.usage
}

/** Milliseconds: somebody waits behind the Tab key. */
const patience = 1000

/** What the scripts above ask: a line for each candidate, `:files` where files can stand too. */
export async function complete([, ...words]: readonly string[], io: Io): Promise<number> {
  const found = candidatesFor(words, everyCommand)
  const named = found.hosts ? await hostNames(words, io) : []
  const hosts = startingWith(
    words.at(-1) ?? '',
    named.map(word => ({ word, help: '' })),
  ).words
  for (const { word, help } of [...found.words, ...hosts]) {
    io.stdout.write(`${clean(word)}\t${clean(help)}\n`)
  }
  if (found.files) io.stdout.write(':files\n')
  return exit.done
}

/** None where the daemon does not answer soon: a completion never complains. */
async function hostNames(words: readonly string[], io: Io): Promise<string[]> {
  const text = (name: string) => words[words.indexOf(`--${name}`) + 1 || words.length]
  const values: Values = { has: () => false, text, list: () => [] }
  try {
    const api = connectApi(values, envOf(io), patience)
    const { hosts } = await api.get<{ hosts: HostRow[] }>('/api/v1/hosts')
    return hosts.map(({ name }) => name)
  } catch (error) {
    if (error instanceof Failure) return []
    throw error
  }
}
