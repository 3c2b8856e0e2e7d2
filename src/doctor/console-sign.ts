/*
 * What firmware, iPXE and kernels write to a serial console when they give up. Their words are read here; rules get
 * what was understood of them.
 */

/** What a console ends with. `line` is the words, for people. */
export type ConsoleSign =
  | { readonly kind: 'panic' | 'no-root' | 'no-boot-device'; readonly line: string }
  | { readonly kind: 'ipxe'; readonly line: string; readonly code: string; readonly error: number }

/** What comes later in a boot explains more; the last line that fits counts. */
const patterns: readonly (readonly [RegExp, Exclude<ConsoleSign['kind'], 'ipxe'>])[] = [
  [
    /unable to mount root fs|cannot open root device|gave up waiting for (?:root|suspend\/resume)|root (?:device|file ?system) .*(?:not found|does not exist)|no root device|ALERT!.*does not exist|switch_root: .*failed|Warning: \/dev\/.* does not exist/i,
    'no-root',
  ],
  [/kernel panic - not syncing|end Kernel panic|Oops: .*\[#\d+\].*panic/i, 'panic'],
  [
    /no bootable (?:device|medium|media|option)|boot failed: not a bootable disk|no boot device|operating system not found|missing operating system|no operating system|insert boot media|BdsDxe: failed to (?:load|start) .*: Not Found|reboot and select proper boot device|no valid boot/i,
    'no-boot-device',
  ],
]
const ipxe = /https?:\/\/ipxe\.org\/([0-9a-f]{8})\b/i

/** A kernel that comes up again has left behind what was before. */
const begins = /Linux version \d/
/** An error of iPXE that it went on from is of no matter. */
const lastLines = 25

/** What the end of a console says of why its machine does not go on. */
export function consoleSign(lines: readonly string[]): ConsoleSign | undefined {
  const told = lines.filter(line => line.trim() !== '')
  const since = told.slice(
    Math.max(
      0,
      told.findLastIndex(line => begins.test(line)),
    ),
  )
  for (const [pattern, kind] of patterns) {
    const near = kind === 'no-boot-device' ? since.slice(-lastLines) : since
    const line = near.findLast(line => pattern.test(line))
    if (line !== undefined) return { kind, line }
  }
  for (const line of since.slice(-lastLines).reverse()) {
    const code = ipxe.exec(line)?.[1]?.toLowerCase()
    if (code !== undefined) return { kind: 'ipxe', line, code, error: posixOf(code) }
  }
  return undefined
}

/** Bits 30 to 24 of a code are the closest POSIX error, by numbers of iPXE's own (its include/errno.h). */
function posixOf(code: string): number {
  return (Number.parseInt(code, 16) >>> 24) & 0x7f
}
