/**
 * What takes a minute or more on two processors, the longest first, where those that work and those that
 * mostly wait for clocks take turns. It decides about nothing but the order.
 */
export const longest = [
  'test/lab/ssh-anywhere.lab.ts',
  'test/lab/sshd-deploys.lab.ts',
  'test/lab/newcomer.lab.ts',
  'test/daemon/power-start.test.ts',
  'test/lab/ssh-script.lab.ts',
  'test/lab/sshd-anywhere.lab.ts',
  'test/lab/debian-installer.lab.ts',
  'test/lab/sshd-targets.lab.ts',
  'test/page/finding.test.ts',
  'test/daemon/crash.test.ts',
  'test/lab/menu.lab.ts',
  'test/lab/ipv6-boot.lab.ts',
  'test/tftp/loss.test.ts',
  'test/daemon/flood.test.ts',
  'test/daemon/kill-loop.test.ts',
  'test/lab/pxelinux.lab.ts',
  'test/lab/probe.lab.ts',
  'test/lab/uki.lab.ts',
  'test/daemon/leases-kill.test.ts',
  'test/lab/doctor.lab.ts',
  'test/lab/clients-lease.lab.ts',
  'test/lab/power.lab.ts',
  'test/page/lists.test.ts',
  'test/lab/init.lab.ts',
  'test/lab/rivals.lab.ts',
  'test/page/session.test.ts',
  'test/lab/secure-boot.lab.ts',
  'test/daemon/ports.test.ts',
  'test/lab/http-boot.lab.ts',
  'test/page/seeing.test.ts',
  'test/daemon/commands.test.ts',
  'test/lab/uefi.lab.ts',
  'test/page/live.test.ts',
  'test/lab/bios-server.lab.ts',
  'test/page/thousand.test.ts',
  'test/daemon/once.test.ts',
]

/** So that nobody waits for a long one alone in the end. */
export function longestFirst(files: readonly string[]): string[] {
  const rank = (file: string) => (longest.includes(file) ? longest.indexOf(file) : longest.length)
  return files.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b))
}
