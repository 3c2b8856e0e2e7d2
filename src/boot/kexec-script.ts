/** A file that the script fetches. */
export interface KexecPart {
  readonly url: string
  readonly bytes: number
  /** In hex; what is made for this boot alone has none. */
  readonly sha256?: string
}

/** What a script for a machine that runs some Linux already says. */
export type KexecContent =
  | {
      readonly kind: 'boot'
      readonly title: string
      readonly kernel: KexecPart
      readonly initrd: readonly KexecPart[]
      readonly cmdline: string
      /** A static kexec, for machines that have none. */
      readonly kexec?: KexecPart
      /** Only shown: nothing was counted, and nothing is to happen. */
      readonly preview: boolean
    }
  | { readonly kind: 'refuse'; readonly reason: string }

/**
 * A POSIX script that boots what the host's iPXE script would boot, by kexec: it looks whether it can,
 * fetches, verifies, loads and runs. Or one that says why not, and fails.
 */
export function renderKexec(content: KexecContent): string {
  if (content.kind === 'refuse') {
    const reason = quote(`bootwright: ${oneLine(content.reason)}`)
    return `#!/bin/sh\n${meant}\nprintf '%s\\n' ${reason} >&2\nexit 1\n`
  }
  const { title, kernel, initrd, cmdline, kexec, preview } = content
  const names = initrd.map((_, index) => `initrd${index}`)
  return [
    '#!/bin/sh',
    `# ${oneLine(title)}`,
    '# Boots it from the Linux that runs here now. With --dry-run it only says what it would do.',
    meant,
    'set -eu',
    `title=${quote(oneLine(title))}`,
    `cmdline=${quote(oneLine(cmdline))}`,
    `need=${memoryNeeded([kernel, ...initrd])} # kB of memory`,
    `kexec_url=${quote(kexec?.url ?? '')}`,
    `dry=${preview ? 1 : ''}`,
    head,
    ...[kernel, ...initrd].map(plan),
    ...(cmdline.includes('${')
      ? ["lack 'the command line has settings that only iPXE knows'"]
      : []),
    middle,
    ...(kexec ? [getKexec(kexec)] : []),
    get(kernel, 'kernel'),
    ...initrd.flatMap((part, index) => [get(part, names[index] ?? ''), `join ${names[index]}`]),
    `set -- --load --command-line="$cmdline"${initrd.length > 0 ? ' --initrd="$work/initrd"' : ''}`,
    tail,
    '',
  ].join('\n')
}

/** Values stand in single quotes because they mean themselves. */
const meant = '# shellcheck disable=SC2016'

/** kexec reads the files into its memory, and the kernel keeps a copy until it starts. */
function memoryNeeded(parts: readonly KexecPart[]): number {
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
  return Math.ceil((bytes * 3) / 1024) + 32 * 1024
}

function plan({ url, bytes, sha256 }: KexecPart): string {
  const known = sha256 === undefined ? 'made for this boot' : `${bytes} bytes, sha256 ${sha256}`
  return `plan ${quote(url)} ${quote(known)}`
}

function get({ url, sha256 = '' }: KexecPart, name: string): string {
  return `get ${quote(url)} ${name} ${quote(sha256)}`
}

function getKexec(part: KexecPart): string {
  return [
    'if [ "$kexec" != kexec ]; then',
    `  ${get(part, 'kexec')}`,
    '  chmod +x "$kexec"',
    'fi',
  ].join('\n')
}

/** Text as one word of a shell, whatever is in it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

function oneLine(text: string): string {
  return text.replace(/[\s\0]+/g, ' ').trim()
}

const head = `
say() { printf 'bootwright: %s\\n' "$*"; }
fail() { say "$*" >&2; exit 1; }
# What would stop it is only said when it is not to happen.
lack() { if [ -n "$dry" ]; then say "but $*"; else fail "$*"; fi; }
plan() { if [ -n "$dry" ]; then say "would fetch $1, $2"; fi; }
has() { command -v "$1" > /dev/null 2>&1; }

case "\${1-}" in
  '') ;;
  --dry-run) dry=1 ;;
  *) fail "there is no option $1; there is --dry-run" ;;
esac
PATH=$PATH:/usr/sbin:/sbin
say "$title"

[ "$(id -u)" = 0 ] || lack 'this needs root'
if [ -e /proc/sys/kernel/kexec_load_disabled ]; then
  # Not by read: it takes single bytes, and this file gives only the first.
  [ "$(cat /proc/sys/kernel/kexec_load_disabled)" = 0 ] ||
    lack 'this kernel lets nobody load another one (kernel.kexec_load_disabled)'
fi
has curl || has wget || lack 'there is neither curl nor wget'
has sha256sum || lack 'there is no sha256sum'
work=\${TMPDIR:-/tmp}/bootwright.$$
if has kexec; then
  kexec=kexec
else
  kexec=$work/kexec
  [ -n "$kexec_url" ] || lack 'there is no kexec: install the package kexec-tools'
fi
while read -r key value _; do
  if [ "$key" = MemAvailable: ] && [ "$value" -lt "$need" ]; then
    lack "this needs $((need / 1024)) MiB of free memory, and there are $((value / 1024))"
  fi
done < /proc/meminfo
`

const middle = `
if [ -n "$dry" ]; then
  say "would boot with: $cmdline"
  exit 0
fi
umask 077
mkdir "$work" || fail "cannot make $work"
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fetch() {
  if has curl; then
    curl -fsS --retry 5 --retry-delay 2 -o "$2" "$1"
  else
    wget -q -O "$2" "$1"
  fi
}
# get URL NAME SHA256
get() {
  say "fetches $1"
  fetch "$1" "$work/$2" || fail "cannot fetch $1"
  [ -n "$3" ] || return 0
  sum=$(sha256sum < "$work/$2")
  [ "\${sum%% *}" = "$3" ] || fail "what came from $1 is not what was sent: its sha256 differs"
}
# Puts archives behind each other as a loader does, each beginning at a multiple of 4 bytes.
join() {
  cat "$work/$1" >> "$work/initrd"
  rm "$work/$1"
  while [ $(($(wc -c < "$work/initrd") % 4)) -ne 0 ]; do printf '\\000' >> "$work/initrd"; done
}
`

const tail = `
# Where Secure Boot has locked the kernel, it takes files only, and looks at their signature.
"$kexec" "$@" "$work/kernel" || "$kexec" --kexec-file-syscall "$@" "$work/kernel" ||
  fail 'kexec cannot load it'
say 'boots it now'
sync
"$kexec" --exec`
