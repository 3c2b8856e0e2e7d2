import type { Reason } from './reason.ts'

/** What can be done to a machine's power. */
export const powerVerbs = ['on', 'off', 'cycle', 'status'] as const

export type PowerVerb = (typeof powerVerbs)[number]

/** `changing`: on its way to the one or the other. `unknown`: it is not said. */
export const powerStates = ['on', 'off', 'changing', 'unknown'] as const

export type PowerState = (typeof powerStates)[number]

/** What was heard of a machine's power the last time that anybody asked; `at` is epoch milliseconds. */
export type PowerHeard = { readonly at: number } & (
  | { readonly ok: true; readonly state: PowerState }
  | { readonly ok: false; readonly why: Reason }
)

/** A way to the power of machines, as the config names it. Paths are absolute, times seconds. */
export type PowerWay =
  | RedfishWay
  | IpmiWay
  | AmtWay
  | SnmpWay
  | HttpWay
  | HomeAssistantWay
  | CommandWay
  | WakeWay
  | KexecWay

/** Of whom a BMC or a plug asks a name and a password. */
export interface Account {
  readonly user: string
  readonly passwordFile: string
}

/** What a BMC must show before it gets a password: the certificate of its first time, or one of this CA. */
export type Trusts =
  | { readonly kind: 'pinned' | 'none' }
  | { readonly kind: 'ca'; readonly file: string }

/** A BMC, by Redfish. */
export interface RedfishWay extends Account {
  readonly kind: 'redfish'
  readonly name: string
  readonly port: number
  readonly trust: Trusts
}

/** A BMC, by IPMI 2.0 over the LAN. */
export interface IpmiWay extends Account {
  readonly kind: 'ipmi'
  readonly name: string
  readonly port: number
  /** The cipher suite; where it is not said 17, and 3 for boards that do not know it. */
  readonly cipher?: number
  readonly privilege: 'operator' | 'administrator'
}

/** A desktop with Intel AMT. */
export interface AmtWay extends Account {
  readonly kind: 'amt'
  readonly name: string
  readonly port: number
  /** Without it by plain HTTP, which shows everybody what is done, but not the password. */
  readonly trust?: Trusts
}

/** PDUs and switches whose outlets are known here. */
export const snmpModelNames = [
  'apc',
  'apc-masterswitch',
  'cyberpower',
  'eaton',
  'poe',
  'raritan',
  'servertech',
] as const

export type SnmpModelName = (typeof snmpModelNames)[number]

/** Who is let in by SNMP: whoever knows the community, or a user (RFC 3414: SHA, and AES where it has a key for it). */
export type SnmpLogin =
  | { readonly version: 1 | 2; readonly communityFile: string }
  | (Account & { readonly version: 3; readonly privacyFile?: string })

/** Outlets of a PDU, or ports of a switch, by SNMP. */
export interface SnmpWay {
  readonly kind: 'snmp'
  readonly name: string
  readonly model: SnmpModelName
  readonly port: number
  readonly login: SnmpLogin
  /** Seconds from off to on. */
  readonly pause: number
}

export interface HomeAssistantWay {
  readonly kind: 'homeAssistant'
  readonly name: string
  readonly url: string
  readonly tokenFile: string
  /** A Liquid template: `switch.NAME`. */
  readonly entity: string
  /** Seconds from off to on. */
  readonly pause: number
}

/** A request to something that switches, a plug or another program. Texts are Liquid templates. */
export interface PowerRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  /** JSON, where there is one. */
  readonly body?: string
}

export interface HttpWay {
  readonly kind: 'http'
  readonly name: string
  readonly on: PowerRequest
  readonly off: PowerRequest
  /** `isOn` and `isOff` are texts that its answer contains then. */
  readonly status?: PowerRequest & { readonly isOn?: string; readonly isOff?: string }
  /** For Basic authentication. */
  readonly account?: Account
  /** File with a Bearer token. */
  readonly tokenFile?: string
  /** Seconds from off to on: what stands behind a plug has capacitors. */
  readonly pause: number
}

/** Argument lists of Liquid templates; the first is the program. Never given to a shell. */
export interface CommandWay {
  readonly kind: 'command'
  readonly name: string
  readonly on: readonly string[]
  readonly off: readonly string[]
  readonly cycle?: readonly string[]
  readonly status?: readonly string[]
  /** Next boot from the network, once. */
  readonly netboot?: readonly string[]
  /** Working directory: where the config file lies. */
  readonly cwd: string
  readonly timeout: number
  /** Seconds from off to on. */
  readonly pause: number
}

/** Wake-on-LAN: it needs nothing in the config, and is there under this name. */
export interface WakeWay {
  readonly kind: 'wake'
  readonly name: string
}

export const wakeWay: WakeWay = { kind: 'wake', name: 'wake' }

/** The system that runs on the host boots the installer: nothing is switched, and nothing is in the config. */
export interface KexecWay {
  readonly kind: 'kexec'
  readonly name: string
}

export const kexecWay: KexecWay = { kind: 'kexec', name: 'kexec' }

/** A way to one host's power. */
export interface HostPowerWay {
  /** Name of the way. */
  readonly by: string
  /** Of what switches it: a name or an address. */
  readonly address?: string
  /** Which system of a BMC that has several (Redfish). */
  readonly system?: string
  /** Which outlet or port of what has several (SNMP): `7`, or `2.7` of its second unit. */
  readonly outlet?: string
}

/** How one host is switched. */
export interface HostPower extends HostPowerWay {
  /** Further ways, for when those before them cannot be asked. */
  readonly otherwise?: readonly HostPowerWay[]
  /** Seconds from a reset to the DISCOVER of its firmware, at most. */
  readonly post?: number
  /** What becomes of it when it is installed. */
  readonly after?: 'off'
  /** For one install: the URL of the image that its BMC puts into a drive, to boot from. */
  readonly medium?: string
}

/** How the firmware of a machine boots from its network. */
export interface Firmware {
  readonly mode: 'uefi' | 'bios'
  readonly door: 'pxe' | 'http'
}
