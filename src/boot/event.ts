import type { Mac } from '../wire/address.ts'
import type { Arch } from './arch.ts'
import type { CallbackEvent } from './callback.ts'
import type { Stage } from './client.ts'
import type { HostState, PhoneHomeEvent } from './life.ts'
import type { ForeignBoot, Reason } from './reason.ts'

/*
 * What can happen to a host, by kind and code, with what there is to know about it. This list is the
 * documentation of the events in the API, the log and the page; `words/` has the sentence of each.
 * Addresses are dotted quads and sizes bytes. What is optional may be missing in events that were
 * recorded before it was thought of.
 */

/** A DHCP packet of a host and what it was answered. */
export interface DhcpData {
  readonly mac: string
  readonly asked: string
  readonly answer: 'offer' | 'ack' | 'nak' | 'none'
  /** Answered on PXE's port 4011, or as a proxy beside another DHCP server. */
  readonly proxy: boolean
  /** Given with the answer. */
  readonly address?: string
  /** Of a client that boots. */
  readonly stage?: Stage
  readonly arch?: Arch
  /** What the answer tells it to do: load this file, go to its script, boot its disk, nothing. */
  readonly boot?: 'load' | 'chain' | 'image' | 'local' | 'none'
  readonly file?: string
  readonly why?: Reason
}

/** It takes its address from another DHCP server, with what that one says of booting. */
export interface ForeignData {
  readonly server: string
  readonly boot?: ForeignBoot
}

/** A download by TFTP. `bytes` arrived for certain, `size` is the file's. */
export interface TftpData {
  readonly name: string
  readonly bytes?: number
  readonly size?: number
  readonly ms?: number
  readonly why?: Reason
}

/** A file by HTTP, or one that HTTP serves too and that went by TFTP. `url` is its path. */
export interface AssetData {
  readonly url: string
  readonly by?: 'http' | 'tftp'
  readonly size?: number
  readonly ms?: number
}

/** How far a long download is; `rate` is bytes a second, `left` seconds. */
export interface ProgressData {
  readonly name: string
  readonly bytes: number
  readonly size: number
  readonly rate: number
  readonly left: number | null
}

/** What a machine that asked for its script was answered. */
export interface ScriptData {
  /** What it asked for: `script`, `GRUB config`. */
  readonly what?: string
  readonly address: string
  /** Of the install, where it is given one to boot. */
  readonly attempt?: number
  readonly why?: Reason
}

/** `skew`: seconds that the machine's clock is ahead of ours, where it said its time. */
export interface PhoneHomeData {
  readonly attempt: number
  readonly percent?: number
  readonly message?: string
  readonly skew?: number
}

export interface StateData {
  readonly from: HostState
  readonly to: HostState
  readonly why?: Reason
}

/** `event` is what the callback is made for. */
export interface CallbackData {
  readonly callback: string
  readonly event: CallbackEvent
}

interface Failed {
  readonly error: string
}

/** Somebody asked for what is for the host alone. */
interface StrangerData {
  readonly address: string
  readonly why?: Reason
}

interface AdminData {
  readonly who: string
  readonly address: string
}

/** The code says it all. */
type Nothing = Record<string, never>

/** Of each kind the codes, and of each code the data. */
export interface EventData {
  dhcp: { answered: DhcpData; ignored: DhcpData; foreign: ForeignData }
  tftp: { done: TftpData; failed: TftpData; refused: TftpData }
  asset: {
    sent: AssetData
    failed: AssetData & { readonly why: Reason }
    missing: AssetData & { readonly why?: Reason }
  }
  progress: { sending: ProgressData }
  script: {
    boot: ScriptData
    local: ScriptData
    menu: ScriptData
    none: ScriptData
    /** It is due, and its script could not be made. */
    failed: Failed
  }
  /** Answer files. */
  file: { fetched: { readonly name: string }; burnt: { readonly name: string } }
  'phone-home': Record<PhoneHomeEvent, PhoneHomeData>
  /** The code is the state that it is in from now on. */
  state: Record<HostState, StateData>
  note: {
    /** It netboots while its installer should be at work. */
    'came-back': Nothing
    /** The installer's message changes nothing: a command installs. */
    'deploy-decides': { readonly event: PhoneHomeEvent }
    'up-before-deployed': Nothing
    'late-end': { readonly event: PhoneHomeEvent }
  }
  callback: {
    started: CallbackData & { readonly title: string }
    delivered: CallbackData
    'not-delivered': CallbackData & Failed
    undelivered: CallbackData & Failed
    /** It could not be made from its template. */
    broken: CallbackData & Failed
    ended: CallbackData
    failed: CallbackData & Failed
    /** The daemon ended while it ran, and it goes on if the same boot still proves itself. */
    resumed: CallbackData
  }
  output: {
    line: { readonly callback: string; readonly line: string }
    cut: { readonly callback: string }
  }
  /** `severity` as in RFC 5424. */
  syslog: {
    line: { readonly severity: number; readonly line: string }
    dropped: { readonly count: number }
  }
  stranger: {
    script: StrangerData & { readonly what?: string }
    /** `of`: the host that has this address. */
    'phone-home': StrangerData & { readonly event: PhoneHomeEvent; readonly of?: string }
    login: StrangerData
    file: StrangerData & { readonly name: string }
    /** A DISCOVER with its MAC, by the UUID or the network not of the machine that installs. */
    netboot: { readonly network?: string; readonly uuid?: string }
  }
  /** Other DHCP servers. */
  rival: {
    clear: { readonly network: string }
    warned: { readonly network: string; readonly why: Reason }
    held: { readonly network: string; readonly why: Reason }
  }
  /** An address that was free by our book answers. */
  conflict: {
    'in-use': { readonly address: string; readonly by: Mac }
    /** Somebody answers ARP for addresses that are free by our book; `addresses` are the first of them. */
    'answers-for-many': { readonly by: Mac; readonly addresses: readonly string[] }
  }
  admin: {
    install: AdminData
    cancel: AdminData
    retry: AdminData
    'first-boot': Nothing
    'first-boot-refused': { readonly why: Reason }
    /** Chosen from the menu on the machine's screen. */
    chosen: { readonly profile: string; readonly address: string }
    'chosen-refused': {
      readonly profile: string
      readonly address: string
      readonly why: Reason
    }
  }
  reload: { done: Nothing; refused: Nothing }
  wake: {
    sent: { readonly mac: Mac; readonly address: string; readonly network: string }
    failed: { readonly mac: Mac; readonly address: string; readonly network: string } & Failed
    'no-network': Nothing
  }
  checksum: {
    /** `path`: of the setting in the config. */
    wrong: { readonly path: string; readonly file: string }
    right: { readonly path: string; readonly file: string }
  }
  ssh: {
    /** Why who answers there is not (yet) whom we look for; address null where there is none. */
    unproved: { readonly address: string | null; readonly why: Reason }
    proved: {
      readonly address: string
      readonly attempt: number
      readonly bootId: string
      readonly facts?: unknown
    }
    answers: { readonly address: string }
  }
  /** It fetched loaders, and nothing was asked for after that; `signed`: Secure Boot may refuse them. */
  firmware: { 'came-back': { readonly loaders: readonly string[]; readonly signed: boolean } }
  /** Cards of this vendor get a loader with the firmware's own driver from now on. */
  loader: {
    'stand-in': { readonly vendor: string; readonly loader: string; readonly standIn: string }
  }
}

export type EventKind = keyof EventData

/** What happened: a kind, a code and their data. */
export type EventContent = {
  [K in EventKind]: {
    [C in keyof EventData[K]]: {
      readonly kind: K
      readonly code: C
      readonly data: EventData[K][C]
    }
  }[keyof EventData[K]]
}[EventKind]

export type ContentOf<K extends EventKind> = Extract<EventContent, { readonly kind: K }>
