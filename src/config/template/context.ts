import type { Host, Vars } from '../../boot/host.ts'
import type { ProxyNames } from '../../boot/proxy.ts'
import { formatIpv4, formatSubnet } from '../../wire/address.ts'
import { formatSubnet6 } from '../../wire/ipv6.ts'
import type { NetworkSettings } from '../config.ts'

/** The names that the command line and answer files may use. */
export interface TemplateContext {
  readonly host: {
    readonly name: string
    /** The NIC that booted. */
    readonly mac: string
    /** Reserved, else empty. */
    readonly address: string
    readonly address6: string
    readonly vars: Vars
  }
  readonly profile: { readonly name: string }
  readonly network: NetworkNames
  readonly server: { readonly url: string }
  /** Empty texts where there is none. */
  readonly proxy: ProxyNames
  readonly install: { readonly id: string }
  /** Its address is where this attempt was last heard. */
  readonly attempt: { readonly number: number; readonly address: string }
  readonly phoneHome: string
  /** URLs of the answer files. */
  readonly files: Readonly<Record<string, string>>
  /** Ends with `/`. */
  readonly filesUrl: string
}

/** The names that callbacks may use. */
export interface CallbackContext extends TemplateContext {
  readonly event: string
  readonly message: string
  /** What the installer told about the machine. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** Empty text where the config and the interface say nothing. */
export interface NetworkNames {
  readonly name: string
  readonly subnet: string
  readonly serverAddress: string
  readonly router: string
  readonly dns: readonly string[]
  readonly domain: string
  readonly subnet6: string
  readonly serverAddress6: string
  readonly dns6: readonly string[]
}

/** What templates may know of a network. */
export function networkNames(network: Partial<NetworkSettings>): NetworkNames {
  const { name = '', subnet, serverAddress, router, dns = [], domain = '', ipv6 } = network
  return {
    name,
    subnet: subnet ? formatSubnet(subnet) : '',
    serverAddress: serverAddress === undefined ? '' : formatIpv4(serverAddress),
    router: router === undefined ? '' : formatIpv4(router),
    dns: dns.map(formatIpv4),
    domain,
    subnet6: ipv6?.subnet ? formatSubnet6(ipv6.subnet) : '',
    serverAddress6: ipv6?.serverAddress ?? '',
    dns6: ipv6?.dns ?? [],
  }
}

/** Each name with those below it; `true` is a value, `any` whatever was given. */
export interface NameTree {
  readonly [name: string]: true | 'any' | NameTree
}

const hostTree: NameTree = { name: true, mac: true, address: true, address6: true, vars: 'any' }

const bootNames: NameTree = {
  host: hostTree,
  profile: { name: true },
  network: {
    name: true,
    subnet: true,
    serverAddress: true,
    router: true,
    dns: 'any',
    domain: true,
    subnet6: true,
    serverAddress6: true,
    dns6: 'any',
  },
  server: { url: true },
  proxy: { http: true, https: true, except: true },
  install: { id: true },
  attempt: { number: true, address: true },
  phoneHome: true,
  files: 'any',
  filesUrl: true,
}

const callbackNames: NameTree = { ...bootNames, event: true, message: true, facts: 'any' }

const powerNames: NameTree = {
  host: hostTree,
  power: { address: true },
}

/** The names that templates of ways to power may use. */
export function powerContext(host: Host): object {
  const address = host.power?.address
  // Where a host has none, a template that asks for it is a mistake.
  return { host: hostNames(host), power: address === undefined ? {} : { address } }
}

const consoleNames: NameTree = {
  host: hostTree,
  console: { address: true },
}

/** The names that templates of ways to consoles may use. */
export function consoleContext(host: Host): object {
  const address = host.console?.address
  return { host: hostNames(host), console: address === undefined ? {} : { address } }
}

function hostNames({ name, nics, vars, profile }: Host): object {
  const [nic] = nics
  const address = nic?.address === undefined ? '' : formatIpv4(nic.address)
  const address6 = nic?.address6 ?? ''
  return { name, mac: nic?.mac ?? '', address, address6, vars: { ...profile?.vars, ...vars } }
}

/** What a template is for. */
export type TemplateKind = 'boot' | 'callback' | 'power' | 'console'

const names: { readonly [K in TemplateKind]: NameTree } = {
  boot: bootNames,
  callback: callbackNames,
  power: powerNames,
  console: consoleNames,
}

/** The names for a kind of template. */
export function namesFor(kind: TemplateKind): NameTree {
  return names[kind]
}
