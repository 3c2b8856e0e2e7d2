import { shortUsage, usageOf } from './args.ts'
import { exit, type Io } from './io.ts'
import { completionSpec } from './local/specs.ts'
import { parseCommand } from './parse-command.ts'

const bash = `# Completion of bootwright for bash: /etc/bash_completion.d/bootwright
_bootwright() {
  local word help n files= cut= words=()
  # For readline \`state=idle\` is three words, of which it completes the last.
  for ((n = 1; n <= COMP_CWORD; n++)); do
    word=\${COMP_WORDS[n]}
    if [ "$word" = = ] && ((n > 1)); then
      cut=\${words[-1]}=
      words[-1]=$cut
    elif [ "\${COMP_WORDS[n - 1]}" = = ] && ((n > 2)); then
      words[-1]+=$word
    else
      cut=
      words+=("$word")
    fi
  done
  COMPREPLY=()
  while IFS=$'\\t' read -r word help; do
    if [ "$word" = :files ]; then files=1; else COMPREPLY+=("\${word#"$cut"}"); fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null)
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
  io.stderr.write(`bootwright completion: ${why}\n${shortUsage(completionSpec)}\n`)
  return exit.usage
}
