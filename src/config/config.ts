import type { DhcpOption, Host, Profile, UnknownHosts } from '../boot/host.ts'
import type { AddressRange, Ipv4, Mac, Subnet } from '../wire/address.ts'
import type { Route } from '../wire/classless-routes.ts'

/** A network as the config states it; what is missing comes from the machine's interfaces. */
export interface NetworkSettings {
  readonly name: string
  readonly interface?: string
  readonly subnet?: Subnet
  readonly serverAddress?: Ipv4
  readonly mode: 'proxy' | 'server' | 'none'
  readonly range?: AddressRange
  readonly leaseTo: 'all' | 'hosts'
  readonly router?: Ipv4
  readonly dns: readonly Ipv4[]
  readonly domain?: string
  readonly domainSearch?: readonly string[]
  readonly ntp?: readonly Ipv4[]
  readonly mtu?: number
  readonly routes?: readonly Route[]
  readonly options?: readonly DhcpOption[]
  readonly leaseSeconds: number
  readonly rapidCommit?: boolean
  readonly rivals: 'refuse' | 'warn' | readonly Ipv4[]
  readonly trustUrl: boolean
}

/** The whole config: checked, inheritance flattened, paths absolute, durations in seconds. */
export interface Config {
  readonly file: string
  readonly dataDir: string
  readonly assets: string
  /** Folders outside `assets` that symlinks inside it may point into. */
  readonly assetRoots: readonly string[]
  readonly http: { readonly port: number; readonly address?: readonly string[] }
  readonly tftp: { readonly port: number }
  readonly dhcp: { readonly port: number; readonly proxyPort: number }
  readonly admin: { readonly tokenFile: string; readonly allow: readonly string[] }
  readonly networks: readonly NetworkSettings[]
  /** Undefined: `ignore` on a proxy network, `local` on a server network. */
  readonly unknownHosts?: UnknownHosts
  readonly profiles: ReadonlyMap<string, Profile>
  readonly hosts: ReadonlyMap<string, Host>
  readonly hostByMac: ReadonlyMap<Mac, Host>
  readonly keep: {
    /** Seconds. */
    readonly events: number
    readonly perHost: number
    /** Bytes of callback output kept per install. */
    readonly output: number
  }
}

/** A mistake or a warning, where it stands and what would be right. Lines and columns start at 1. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly line: number
  readonly column: number
  /** Dotted path of the key, such as `hosts.node1.mac`; empty for the file itself. */
  readonly path: string
  readonly message: string
  /** Hosts that cannot be installed because of a warning. */
  readonly hosts?: readonly string[]
}
