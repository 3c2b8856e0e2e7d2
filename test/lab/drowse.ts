import { readdirSync } from 'node:fs'
import { getPriority, setPriority } from 'node:os'

/**
 * What loaders say while they wait for a clock and run in circles for so long: EDK2 for more offers of DHCP,
 * iPXE for these and for IPv6 routers. How that ended stands in the same line or ends it.
 */
const waiting = /^(?:Configuring \(net\d|>>Start (?:PXE|HTTP Boot) over IPv)[^\n]*$/m
/** A tenth of what others get who want to run as well: enough for the packets that come meanwhile. */
const lower = 10

/**
 * Is told the unfinished line of a machine's console, and lets the machine run behind all others for as long
 * as that says that it waits.
 */
export function createDrowse(
  pid: number | undefined,
  set: (pid: number, isDrowsy: boolean) => void = setPriorities,
): (line: string) => void {
  let isDrowsy = false
  return line => {
    const waits = waiting.test(line)
    if (waits === isDrowsy || pid === undefined) return
    isDrowsy = waits
    set(pid, waits)
  }
}

/** Of all its threads: the processor of an emulated machine is one of them. */
function setPriorities(pid: number, isDrowsy: boolean): void {
  const own = getPriority()
  const priority = isDrowsy ? Math.min(19, own + lower) : own
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority)
  } catch {
    // It has ended meanwhile.
  }
}
