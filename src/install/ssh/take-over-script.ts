import { shellWord } from './ssh-command.ts'

/**
 * What the `sh` of a running system reads to fetch our kexec script and run it. A server that is not ours may
 * answer there, and a refusal of ours is a script that says why: nothing else is run. wget gets no `-T`: that of
 * busybox 1.35 crashes with it.
 */
export function takeOverScript(url: string, { dryRun }: { readonly dryRun: boolean }): string {
  const query = url.includes('?') ? '&dry-run' : '?dry-run'
  const from = shellWord(dryRun ? `${url}${query}` : url)
  return `fail() { echo "bootwright: but $*"; exit 1; }
file=$(mktemp) || fail 'it has no room for a file'
if command -v curl > /dev/null 2>&1; then
  curl -sS --max-time 60 -o "$file" ${from} || fail ${from} 'cannot be fetched'
elif command -v wget > /dev/null 2>&1; then
  wget -q -O "$file" ${from} || fail ${from} 'cannot be fetched, or is refused'
else
  fail 'there is neither curl nor wget'
fi
head -n 1 "$file" | grep -q '^#!/bin/sh$' || fail ${from} 'is no script of ours'
sh "$file"${dryRun ? ' --dry-run' : ''} < /dev/null 2>&1
code=$?
rm -f "$file"
exit $code
`
}

/** The same for root, where somebody else logs in whose sudo asks for nothing. */
export function asRoot(user: string, script: string): string {
  if (user === 'root') return script
  return `sudo -n sh <<'BOOTWRIGHT-END'\n${script}BOOTWRIGHT-END\n`
}

/** What our script said that it would fail for; undefined where it would boot. */
export function whyItWouldNot(output: string): string | undefined {
  const lines = output.split('\n')
  const [lack] = lines.flatMap(line => /^bootwright: but (.+)/.exec(line)?.[1] ?? [])
  if (lack !== undefined) return lack
  if (lines.some(line => line.startsWith('bootwright: would boot with: '))) return undefined
  return ofOurs(lines.findLast(line => line.trim() !== '') ?? 'it said nothing')
}

/** A line of a script of ours without what it begins each of them with. */
export function ofOurs(line: string): string {
  return line.replace(/^bootwright: (but )?/, '')
}

/** Whether a line of our script says that the other kernel begins. */
export function runsNow(line: string): boolean {
  return line.trim() === 'bootwright: boots it now'
}
