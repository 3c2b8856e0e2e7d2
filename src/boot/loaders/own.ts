import type { Client } from '../client.ts'
import { loaderOf, type Site, speaksIn } from '../decide.ts'
import type { BootSettings } from '../host.ts'
import { ipxe } from './ipxe.ts'
import type { LoaderKind, Transport } from './kind.ts'
import { kindOf } from './table.ts'

/** The loader that a machine runs, as far as is known without its DHCP. */
export interface OwnLoader {
  /** Undefined where there is none for its arch. */
  readonly file: string | undefined
  readonly kind: LoaderKind
  readonly transport: Transport
}

/** How what a machine is told is written for the loader that its firmware is given. */
export function ownLoader(
  client: Pick<Client, 'mac' | 'arch' | 'vendorClass'>,
  settings: BootSettings,
  site: Pick<Site, 'rules' | 'loaders'>,
): OwnLoader {
  const file = loaderOf(client, settings, site)
  const kind = file === undefined ? ipxe : kindOf(speaksIn(site, file))
  return { file, kind, transport: kind.transport(file) }
}
