import type { ConsoleWay } from '../boot/console.ts'
import type { Host, Network, Network6, Profile, UnknownHosts } from '../boot/host.ts'
import type { PowerWay } from '../boot/power.ts'
import type { HttpProxy } from '../boot/proxy.ts'
import type { Ipv4, Mac, Subnet } from '../wire/address.ts'
import type { Ipv6, Subnet6 } from '../wire/ipv6.ts'
import type { LoaderRules } from './loader-rules.ts'
import type { HttpBounds, TftpBounds } from './schema/doors.ts'

/** A network as the config states it; what is missing comes from the machine's interfaces. */
export interface NetworkSettings extends Omit<Network, 'subnet' | 'serverAddress' | 'ipv6'> {
  readonly subnet?: Subnet
  readonly serverAddress?: Ipv4
  readonly ipv6?: Network6Settings
  /** Other DHCP servers that may be there. */
  readonly rivals: 'refuse' | 'warn' | readonly Ipv4[]
}

/** The same of its IPv6. */
export interface Network6Settings extends Omit<Network6, 'subnet' | 'serverAddress'> {
  readonly subnet?: Subnet6
  readonly serverAddress?: Ipv6
}

/** The whole config: checked, inheritance flattened, paths absolute, durations in seconds. */
export interface Config {
  readonly file: string
  readonly dataDir: string
  /** What is remembered is kept in PostgreSQL; undefined: by SQLite in dataDir. */
  readonly store?: {
    /** Absolute path of the file with the URL. */
    readonly urlFile: string
  }
  readonly assets: string
  /** Folders outside `assets` that symlinks inside it may point into. */
  readonly assetRoots: readonly string[]
  readonly http: HttpBounds & {
    readonly port: number
    readonly address?: readonly string[]
    readonly tls?: {
      readonly port: number
      /** Absolute paths. */
      readonly certFile: string
      readonly keyFile: string
      /** What scripts, answer files and callbacks name are HTTPS URLs. */
      readonly scripts: boolean
    }
  }
  readonly tftp: TftpBounds & { readonly port: number }
  readonly dhcp: { readonly port: number; readonly proxyPort: number; readonly port6: number }
  readonly admin: {
    readonly tokenFile: string
    readonly allow: readonly string[]
    /** Names by which browsers may call us. */
    readonly hosts: readonly string[]
    /** Those besides the first, which is called `admin`. */
    readonly tokens: readonly {
      readonly name: string
      readonly tokenFile: string
      readonly scope: 'read' | 'admin'
    }[]
  }
  /** Undefined: syslog is not received. */
  readonly syslog?: { readonly port: number }
  readonly networks: readonly NetworkSettings[]
  readonly loaders: LoaderRules
  /** Undefined: `ignore` on a proxy network, `local` on a server network. */
  readonly unknownHosts?: UnknownHosts
  /** What is booted to erase disks where no profile says how. */
  readonly eraser?: Profile
  /** What is booted to read a disk, once it is said what that becomes. */
  readonly capturer?: Profile
  readonly profiles: ReadonlyMap<string, Profile>
  readonly hosts: ReadonlyMap<string, Host>
  readonly hostByMac: ReadonlyMap<Mac, Host>
  readonly checksums: readonly ConfigChecksum[]
  readonly loaderFallback: 'auto' | 'off'
  /** How many deploys work at the same time. */
  readonly parallel: number
  /** How many machines are switched on or reset at the same time. */
  readonly powerUp: number
  /** Seconds after which the power of each machine is asked for again. */
  readonly powerStatus: number
  /** Ways to the power of machines, by name. */
  readonly power: ReadonlyMap<string, PowerWay>
  /** The way out where profile and host say nothing of one. */
  readonly proxy?: HttpProxy
  /** Base URLs for `pull`, by the names of the catalogue. */
  readonly mirror: Readonly<Record<string, string>>
  /** Ways to the serial consoles of machines, by name. */
  readonly consoles: ReadonlyMap<string, ConsoleWay>
  readonly keep: {
    /** Seconds. */
    readonly events: number
    readonly perHost: number
    /** Bytes of callback output kept per install. */
    readonly output: number
    /** Bytes kept of the console of a host. */
    readonly console: number
  }
}

/** The sha256 (hex) that the config says a file has, and where it says so. */
export interface ConfigChecksum {
  /** Absolute path. */
  readonly file: string
  readonly sha256: string
  readonly line: number
  readonly column: number
  /** Dotted path of the key. */
  readonly path: string
}

/** A mistake or a warning, where it stands and what would be right. Lines and columns start at 1. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  /** Where it is not the config file itself: the file of an adopted host. */
  readonly file?: string
  readonly line: number
  readonly column: number
  /** Dotted path of the key, such as `hosts.node1.mac`; empty for the file itself. */
  readonly path: string
  readonly message: string
  /** Hosts that cannot be installed because of a warning. */
  readonly hosts?: readonly string[]
}
