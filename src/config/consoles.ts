import { resolve } from 'node:path'
import { given } from '../base/given.ts'
import { didYouMean } from '../base/nearest.ts'
import type { ConsoleWay, HostConsole } from '../boot/console.ts'
import type { HostPower } from '../boot/power.ts'
import { resolveByName } from './by-name.ts'
import type { Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import { isOneKind } from './one-kind.ts'
import { ipmiWay } from './power.ts'
import type { RawConsole, RawHostConsole } from './schema/console.ts'

/** What a way can be; each is exactly one of them. */
const kinds = ['ipmi', 'ssh', 'command'] as const

/** The ways to consoles by name. */
export function resolveConsoles(
  raw: Readonly<Record<string, RawConsole>>,
  folder: string,
  report: Report,
): Map<string, ConsoleWay> {
  return resolveByName(raw, (name, way) => resolveWay(name, way, folder, report))
}

function resolveWay(
  name: string,
  raw: RawConsole,
  folder: string,
  report: Report,
): ConsoleWay | undefined {
  const path = ['consoles', name]
  const words = { path, what: 'a way to consoles', nothing: 'says no way' }
  if (!isOneKind(raw, kinds, words, report)) return undefined
  const { ipmi, ssh, command } = raw
  if (ipmi) return ipmiWay(name, ipmi, folder)
  if (ssh) {
    const { user, keyFile, run, port = defaults.console.sshPort } = ssh
    return {
      ...{ kind: 'ssh', name, user, keyFile: resolve(folder, keyFile), port },
      ...given('run', run),
    }
  }
  if (command) {
    const { run, terminal = defaults.console.terminal } = command
    return { kind: 'command', name, run, terminal, cwd: folder }
  }
  return undefined
}

/** The way that a host names; undefined where there is none such. */
export function hostConsoleOf(
  name: string,
  raw: RawHostConsole,
  power: HostPower | undefined,
  names: ReadonlySet<string>,
  report: Report,
): HostConsole | undefined {
  const isName = typeof raw === 'string'
  const { by, address = power?.address } = isName ? { by: raw } : raw
  if (names.has(by)) return { by, ...given('address', address) }
  const path = ['hosts', name, 'console', ...(isName ? [] : ['by'])]
  report(path, `there is no way "${by}" in \`consoles\`${didYouMean(by, names)}`)
  return undefined
}
