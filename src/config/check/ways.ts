import { statSync } from 'node:fs'
import type { Host } from '../../boot/host.ts'
import type { Shared } from '../booting-hosts.ts'
import type { TemplateUse } from '../template/uses.ts'
import { isInPath } from './files.ts'
import type { Path } from './mistake.ts'
import { checkTemplate } from './names.ts'
import { faultsOf } from './templates.ts'

/** The templates of a way to power or to consoles, rendered for each of its hosts. */
export function checkTemplatesOf(
  uses: readonly TemplateUse[],
  hosts: readonly Host[],
  context: (host: Host) => object,
  wrong: Shared,
): void {
  for (const use of uses) {
    const own = checkTemplate(use.source, use.kind)
    for (const { message } of own) wrong.add(use.path, message)
    if (own.length > 0) continue
    for (const host of hosts) {
      for (const { message } of faultsOf(use, context(host))) {
        wrong.add(use.path, message, host.name)
      }
    }
  }
}

/** A host, and what its config says of a BMC. */
export interface OfBmc {
  readonly host: string
  readonly path: Path
  readonly address?: string | undefined
  readonly system?: string | undefined
  readonly outlet?: string | undefined
}

/** What stands behind an address, and what of it is of one machine. */
interface Behind {
  readonly what: string
  readonly its: string
}

export const bmcs: Behind = { what: 'BMC', its: 'BMC' }
export const outlets: Behind = { what: 'PDU', its: 'outlet' }

/** Each machine has a BMC or an outlet of its own: with a wrong address another one would be switched, or typed at. */
export function checkAddresses(
  hosts: readonly OfBmc[],
  wrong: Shared,
  { what, its }: Behind,
): void {
  const known = new Map<string, string>()
  for (const { host, path, address, system = '', outlet = '' } of hosts) {
    const machine = `${address} ${system} ${outlet}`
    const other = known.get(machine)
    if (address === undefined) wrong.add(path, `needs an \`address\`: that of its ${what}`)
    else if (its === 'outlet' && outlet === '') wrong.add(path, 'needs an `outlet` of its PDU')
    else if (other !== undefined) {
      wrong.add([...path, 'address'], `is the ${its} of ${other}: two machines cannot have one`)
    } else known.set(machine, host)
  }
}

/** Why a file with a secret cannot be used as it should be. */
export function lackOfSecret(file: string, isPublic = false): string | undefined {
  try {
    const { mode } = statSync(file)
    if (isPublic || (mode & 0o004) === 0) return undefined
    return 'can be read by everybody on this machine: chmod 600'
  } catch {
    return 'does not exist yet'
  }
}

/** What a way misses of the programs that speak IPMI; `free` are those of FreeIPMI that stand in for ipmitool. */
export function lackOfIpmi(...free: readonly string[]): string | undefined {
  if (isInPath('ipmitool') || free.every(isInPath)) return undefined
  return 'there is neither ipmitool nor FreeIPMI in PATH: install the package ipmitool'
}
