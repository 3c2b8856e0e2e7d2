import type { Mac } from '../wire/address.ts'
import type { Client } from './client.ts'
import type { KnownHost } from './decide.ts'
import type { MachineMove } from './found-by.ts'
import type { Host } from './host.ts'

/** The host that a packet is from. */
export interface FoundHost {
  readonly host: Host
  readonly known: KnownHost
  /** Nothing was answered to it since it is in the config; `known` is what it will be once that is. */
  readonly appears?: true
}

/** What the rest of the program learns of a machine from its packet. */
export type News =
  /** A host is answered for the first time since it is in the config. */
  | { readonly kind: 'appears'; readonly host: Host }
  /** It asks for a boot, and nothing was heard of the loader that went to it. */
  | { readonly kind: 'asks-again'; readonly client: Client; readonly host?: Host }
  /** A machine is found to be a host's, or no longer one's. */
  | { readonly kind: 'found'; readonly mac: Mac; readonly finding: MachineMove }
