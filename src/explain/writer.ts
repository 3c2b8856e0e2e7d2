import type { Arch } from '../boot/arch.ts'
import { loaderOf, speaksIn } from '../boot/decide.ts'
import type { Network } from '../boot/host.ts'
import { ipxe } from '../boot/loaders/ipxe.ts'
import { kindOf } from '../boot/loaders/table.ts'
import type { BootContent } from '../boot/script.ts'
import { waysOf } from '../boot/ways.ts'
import type { Mac } from '../wire/address.ts'
import type { World } from '../world/world.ts'

/** How what a machine is told is written for the loader that it will run. */
export interface Writer {
  /** iPXE asks by DHCP once more. */
  readonly isIpxe: boolean
  write(content: BootContent): string
}

/** The writer for a machine, as far as its loader is known without its DHCP. */
export function writerFor(mac: Mac, arch: Arch, network: Network, world: World): Writer {
  const host = world.hostOf(mac)
  const site = world.site(network)
  const file = loaderOf({ mac, arch: host?.arch ?? arch }, host ? waysOf(host) : {}, site)
  const kind = file === undefined ? ipxe : kindOf(speaksIn(site, file))
  return {
    isIpxe: kind === ipxe,
    write: content => kind.render(content, kind.transport(file)),
  }
}
