import type { AddressRange, Ipv4, Mac, Subnet } from '../wire/address.ts'

/** A subnet we serve. */
export interface Network {
  readonly name: string
  readonly interface?: string
  readonly subnet: Subnet
  /** Where the machines of this network reach us. */
  readonly serverAddress: Ipv4
  readonly mode: 'proxy' | 'server' | 'none'
  readonly range?: AddressRange
  readonly leaseTo: 'all' | 'hosts'
  readonly router?: Ipv4
  readonly dns: readonly Ipv4[]
  readonly domain?: string
  readonly leaseSeconds: number
  /** Skips the check that a request comes from the host's own address (machines behind NAT). */
  readonly trustUrl: boolean
}

/** One network card of a host, with the address reserved for it. */
export interface Nic {
  readonly mac: Mac
  readonly address?: Ipv4
  readonly network?: string
}

/** What to boot. Durations are seconds. Paths are absolute. */
export interface Profile {
  readonly name: string
  readonly boot: 'install' | 'once' | 'always'
  readonly ask: 'never' | 'manual' | 'first-boot'
  readonly kernel: string
  readonly initrd: readonly string[]
  /** Liquid template of the kernel command line. */
  readonly cmdline: string
  /** Name of an answer file to the path of its Liquid template. */
  readonly files: Readonly<Record<string, string>>
  readonly vars: Vars
  readonly phoneHome: 'agent' | 'ssh'
  readonly deploy?: Callback
  /** Those that report, in the order the config names them. */
  readonly callbacks: readonly Callback[]
  readonly attempts: number
  readonly expires: number
  readonly bootTimeout: number
  readonly timeout: number
  /** The installed system must phone home `up` within this time. */
  readonly verifyUp?: number
}

export type Vars = Readonly<Record<string, string | number | boolean>>

/** A machine in the config. Without a profile it is a reservation that can never be installed. */
export interface Host {
  readonly name: string
  readonly nics: readonly Nic[]
  readonly uuid?: string
  readonly tags: readonly string[]
  readonly vars: Vars
  readonly profile?: Profile
}

export type CallbackEvent = 'asked' | 'ready' | 'installed' | 'failed' | 'cancelled'

/** What is called when a moment of an install comes; as a profile's `deploy`, what installs. */
export type Callback = WebhookCallback | CommandCallback

export interface WebhookCallback {
  readonly kind: 'webhook'
  readonly name: string
  readonly when: readonly CallbackEvent[]
  /** Liquid template of the URL. */
  readonly url: string
  /** Absolute path of the file that holds the HMAC key. */
  readonly secretFile?: string
  /** Seconds for one delivery. */
  readonly timeout: number
}

export interface CommandCallback {
  readonly kind: 'command'
  readonly name: string
  readonly when: readonly CallbackEvent[]
  /** Argument list of Liquid templates; the first is the program. Never given to a shell. */
  readonly run: readonly string[]
  /** Working directory: where the config file lies. */
  readonly cwd: string
  /** Seconds until the whole process group is ended. */
  readonly timeout: number
}

/** What a client that is no host of the config gets. */
export type UnknownHosts =
  | { readonly kind: 'ignore' }
  | { readonly kind: 'local' }
  | { readonly kind: 'profile'; readonly profile: Profile }
