import type { AddressRange, Ipv4, Mac, Subnet } from '../wire/address.ts'
import type { Route } from '../wire/classless-routes.ts'
import type { AddressRange6, Ipv6, Subnet6 } from '../wire/ipv6.ts'
import type { CaptureRule, EraseRule, ImageOnDisk } from './agent-rules.ts'
import type { Arch } from './arch.ts'
import type { Callback } from './callback.ts'
import type { HostConsole } from './console.ts'
import type { HostPower } from './power.ts'
import type { HttpProxy } from './proxy.ts'

/**
 * What shows that a request comes from the machine itself: its address (`lease`: whose it is, by the
 * kernel's neighbour table on a link of ours, elsewhere by what DHCP told), its address and the UUID of
 * an earlier boot (`uuid`), or nothing (`url`: who knows the URL is believed).
 */
export type Trust = 'lease' | 'uuid' | 'url'

/** A subnet we serve. */
export interface Network {
  readonly name: string
  readonly interface?: string
  /** With where its machines reach us; neither where it has IPv6 alone. */
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
  /** Answers a DISCOVER that asks for it with the lease at once (RFC 4039). */
  readonly rapidCommit?: boolean
  /** What shows that a request comes from the machine itself. */
  readonly trust: Trust
  /** The same link for machines that speak IPv6. */
  readonly ipv6?: Network6
}

/** What a network is in IPv6. */
export interface Network6 {
  readonly subnet: Subnet6
  /** Where the machines of this network reach us. */
  readonly serverAddress: Ipv6
  readonly mode: 'server' | 'boot' | 'none'
  readonly range?: AddressRange6
  readonly dns: readonly Ipv6[]
}

/** A DHCP option that the config writes itself. Plain, because hosts are kept as JSON. */
export interface DhcpOption {
  readonly code: number
  /** 1 to 255 of them: firmware does not put longer values together. */
  readonly bytes: readonly number[]
  /** Sent to clients that do not ask for it, too. */
  readonly force?: boolean
}

/** Where a machine's firmware must be treated differently from others; what is not said is as usual. */
export interface BootSettings {
  /** File name of the loader for its firmware. */
  readonly loader?: string
  /**
   * How its firmware is sent to the disk: the fastest way it knows (auto), by no boot answer at all
   * (silent), by iPXE (loader), or by an offer without a file (empty).
   */
  readonly localBoot?: 'auto' | 'silent' | 'loader' | 'empty'
  /** UEFI PXE: told the file at once (pxe10), or on port 4011 only (binl). */
  readonly uefi?: 'pxe10' | 'binl'
}

/** Boot media that come as a folder, which one of their own files tells how to boot. */
export interface MediaFolder {
  /** The key of the profile: what nix-build leaves for netboot, or for kexec. */
  readonly form: 'nixos' | 'kexec'
  /** Absolute path; what it leads to may change with every build. */
  readonly folder: string
}

/** One network card of a host, with the address reserved for it. */
export interface Nic {
  readonly mac: Mac
  readonly address?: Ipv4
  readonly address6?: Ipv6
  readonly network?: string
}

/** What to boot. Durations are seconds. Paths are absolute. */
export interface Profile extends BootSettings {
  readonly name: string
  readonly boot: 'install' | 'once' | 'always'
  readonly ask: 'never' | 'manual' | 'first-boot'
  /** What `kernel` and `initrd` are where they are no Linux: a UEFI program, a disc, wimboot and its files. */
  readonly kind?: 'efi' | 'iso' | 'wim'
  readonly kernel: string
  readonly initrd: readonly string[]
  /** Where kernel, initrd and more arguments come from, read again for every install. */
  readonly media?: MediaFolder
  /** What the agent, which is the kernel and initrd then, writes onto a disk. */
  readonly image?: ImageOnDisk
  /** What the agent empties instead. */
  readonly erase?: EraseRule
  /** What the agent makes of a disk instead, which it only reads. */
  readonly capture?: CaptureRule
  /** Expected sha256 in hex, by the path of the asset as the config means it. */
  readonly checksums?: Readonly<Record<string, string>>
  /** Liquid template of the kernel command line. */
  readonly cmdline: string
  /** Name of an answer file to the path of its Liquid template. */
  readonly files: Readonly<Record<string, string>>
  /** Names of those that are gone after the first complete download. */
  readonly burn?: readonly string[]
  readonly vars: Vars
  /** The way out of its network, for its installer and callbacks. */
  readonly proxy?: HttpProxy
  readonly phoneHome: 'agent' | 'ssh'
  /** How we get into its installer; only where something of ours needs to. */
  readonly login?: Login
  /** What the machine must be before anything destructive. */
  readonly expect?: Expect
  readonly deploy?: Callback
  /** Those that report, in the order the config names them. */
  readonly callbacks: readonly Callback[]
  readonly attempts: number
  readonly expires: number
  readonly bootTimeout: number
  readonly timeout: number
  /** The installed system must phone home `up` within this time. */
  readonly verifyUp?: number
  /** The installed system's SSH must answer. */
  readonly verifySsh?: VerifySsh
  readonly options?: readonly DhcpOption[]
}

/** How we get into an installer over SSH. */
export interface Login {
  /** A password or key made for each attempt, or the owner's own key that its media hold. */
  readonly way: 'password' | 'key' | 'own'
  /** Absolute path of the owner's private key. */
  readonly identityFile?: string
  readonly user: string
  readonly port: number
}

/** What a machine must be, or its install fails before anything destructive. */
export interface Expect {
  /** Serial number of the machine (SMBIOS). */
  readonly serial?: string
  /** There must be a disk that is all of this. */
  readonly disk?: {
    /** Such as `/dev/vda`. */
    readonly name?: string
    readonly model?: string
    readonly serial?: string
    /** Bytes; makers round, so 2 % more or less are the same. */
    readonly size?: number
  }
}

/** The SSH server of the installed system must answer from another boot than the installer's. */
export interface VerifySsh {
  /** Seconds. */
  readonly within: number
  /** Template of the address where it answers, when it is not the installer's. */
  readonly address?: string
}

export type Vars = Readonly<Record<string, string | number | boolean>>

/** By what a host is found whose MAC the config does not say. */
export interface FoundBy {
  readonly uuid?: string
  /** Of the machine (SMBIOS), as iPXE or the agent says it. */
  readonly serial?: string
  /** Remote and circuit id of its relay (RFC 3046), `LEAF7/Ethernet12`. */
  readonly port?: string
  /** What is reserved for its card. */
  readonly card: Omit<Nic, 'mac' | 'network'>
}

/**
 * A machine in the config. Without a profile it is a reservation that can never be installed. Where its
 * own settings and options say nothing, those of what it boots count: `bootSettingsOf`.
 */
export interface Host extends BootSettings {
  readonly name: string
  /** Of a host that is found otherwise, those that were learnt. */
  readonly nics: readonly Nic[]
  /** By what it is found, where that is not a MAC of the config. */
  readonly foundBy?: FoundBy
  readonly uuid?: string
  readonly tags: readonly string[]
  readonly vars: Vars
  readonly profile?: Profile
  readonly options?: readonly DhcpOption[]
  /** Names of profiles that may be chosen at the machine, while nothing else is to be booted. */
  readonly menu?: readonly string[]
  /** What its firmware is to be taken for, whatever it says. */
  readonly arch?: Arch
  /** Woken by Wake-on-LAN when an install is asked for. */
  readonly wake?: boolean
  /** The way to its power. */
  readonly power?: HostPower
  /** The way to its serial console. */
  readonly console?: HostConsole
  /** How the system that runs on it is entered. */
  readonly running?: RunningSystem
  /** The largest TFTP block it can take. */
  readonly tftpBlockSize?: number
}

/** The login of a system that runs on a host and is no installer of ours. */
export interface RunningSystem {
  readonly user: string
  /** Absolute path of the private key. */
  readonly identityFile: string
  readonly port: number
  /** Where it answers; else wherever the MACs of its host are. */
  readonly address?: Ipv4
}

/** What a client that is no host of the config gets. */
export type UnknownHosts =
  | { readonly kind: 'ignore' }
  | { readonly kind: 'local' }
  /** The agent, which says what the machine is, writes nothing, and waits. */
  | { readonly kind: 'discover'; readonly profile: Profile }
  | { readonly kind: 'profile'; readonly profile: Profile }
  /** One of these, chosen at the machine. */
  | { readonly kind: 'menu'; readonly profiles: readonly Profile[] }
