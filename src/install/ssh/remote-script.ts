import { shellWord } from './ssh-command.ts'

/** A script of the operator that runs on a machine. */
export interface RemoteScript {
  readonly text: string
  readonly args: readonly string[]
  readonly vars: Readonly<Record<string, string>>
  /** The boot that proved itself: on another one nothing happens. */
  readonly bootId: string
  /** A word that the script does not contain. */
  readonly mark: string
}

/**
 * What the `sh` of a machine reads from stdin to run it: arguments and variables hold secrets, and
 * would be seen in a list of processes. The boot id is looked at in the same connection, just before.
 */
export function remoteScript({ text, args, vars, bootId, mark }: RemoteScript): string {
  const exports = Object.entries(vars).map(([name, value]) => `export ${name}=${shellWord(value)}`)
  const run = text.startsWith('#!') ? '"$file"' : 'sh "$file"'
  const words = args.map(shellWord).join(' ')
  return [
    `if [ "$(cat /proc/sys/kernel/random/boot_id)" != ${shellWord(bootId)} ]; then`,
    '  echo "this is another boot than the one that proved itself" >&2',
    '  exit 1',
    'fi',
    'umask 077',
    'file=$(mktemp /tmp/bootwright-XXXXXX) || exit 1',
    `cat > "$file" <<'${mark}'`,
    text.endsWith('\n') ? text.slice(0, -1) : text,
    mark,
    'chmod 700 "$file"',
    'umask 022',
    ...exports,
    `${run} ${words} < /dev/null`,
    'code=$?',
    'rm -f "$file"',
    'exit $code',
    '',
  ].join('\n')
}

/**
 * Ends what earlier logins from here have left running on a boot that proved itself: ssh that is
 * killed takes nothing with it. Every process of a login carries SSH_CONNECTION (OpenSSH, dropbear):
 * client, port, server, port; what came through a tunnel has the server as its client.
 */
export function hushScript(bootId: string): string {
  return `if [ "$(cat /proc/sys/kernel/random/boot_id)" = ${shellWord(bootId)} ]; then
  set -- $SSH_CONNECTION
  for process in /proc/[0-9]*; do
    login=$(tr '\\0' '\\n' 2>/dev/null < "$process/environ" | sed -n 's/^SSH_CONNECTION=//p')
    case $login in
      "$SSH_CONNECTION" | '') ;;
      "$1 "* | "$3 "*) kill -9 "\${process#/proc/}" 2>/dev/null ;;
    esac
  done
fi
`
}
