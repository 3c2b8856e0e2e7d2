import type { Mac } from '../wire/address.ts'
import type { ErasedDisk } from './erased-disk.ts'
import type {
  AssetData,
  CallbackData,
  DhcpData,
  DiskAndImage,
  ForeignData,
  PhoneHomeData,
  ProgressData,
  ScriptData,
  StateData,
  TftpData,
} from './event-data.ts'
import type { TraitName } from './found-by.ts'
import type { HostState, PhoneHomeEvent } from './host-state.ts'
import type { Firmware, PowerState, PowerVerb } from './power.ts'
import type { Reason } from './reason.ts'

/*
 * What can happen to a host, by kind and code, with what there is to know about it. This list is the
 * documentation of the events in the API, the log and the page; `words/` has the sentence of each.
 * Addresses are dotted quads and sizes bytes. What is optional may be missing in events that were
 * recorded before it was thought of.
 */

interface ErrorText {
  readonly error: string
}

/** Lines of versions before these reasons had codes have a sentence, `error`. */
interface CallbackFailed {
  readonly why?: Reason
  readonly error?: string
}

/** Somebody asked for what is for the host alone. */
interface StrangerData {
  readonly address: string
  readonly why?: Reason
}

/** By the token of this host. */
interface TokenData extends StrangerData {
  readonly host: string
}

interface StartData {
  readonly by: string
  readonly attempt: number
  readonly again: boolean
}

interface AdminData {
  readonly who: string
  readonly address: string
}

/** The code says it all. */
type NoData = Record<string, never>

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
    failed: ErrorText
  }
  /** Answer files. */
  file: {
    fetched: { readonly name: string; readonly left?: Reason }
    burnt: { readonly name: string }
  }
  'phone-home': Record<PhoneHomeEvent, PhoneHomeData>
  /** The code is the state that it is in from now on. */
  state: Record<HostState, StateData>
  note: {
    /** It netboots while its installer should be at work. */
    'came-back': NoData
    /** The installer's message changes nothing: a command installs. */
    'deploy-decides': { readonly event: PhoneHomeEvent }
    'up-before-deployed': NoData
    /** The agent has its order: what is on this disk is lost. Of the image the path of its URL. */
    'writes-image': DiskAndImage
    /** The agent has its order; disks as people say them. */
    'erases-disks': { readonly disks: readonly string[] }
    /** The agent has its order. Of the image the file name. */
    'captures-disk': DiskAndImage
    'disk-erased': ErasedDisk
    'disk-not-erased': ErasedDisk
    'late-end': { readonly event: PhoneHomeEvent }
    /** A machine is this host from now on; `before`: the MACs of the one that it replaces. */
    'moved-in': {
      readonly mac: string
      readonly by: TraitName
      readonly before?: readonly string[]
    }
    /** A machine is this host no more: it was found to be another one, or none. */
    'moved-out': { readonly mac: string }
    /** Its start came to nothing: once more, by off and on where its power can be switched. */
    'starts-over': { readonly why: Reason }
    /** It is started for another attempt. */
    'starts-next': { readonly attempt: number; readonly why: Reason }
  }
  callback: {
    started: CallbackData & { readonly title: string }
    /** For a free place; 1 is the next to get one. */
    waits: CallbackData & { readonly place: number }
    delivered: CallbackData
    'not-delivered': CallbackData & CallbackFailed
    undelivered: CallbackData & CallbackFailed
    /** It could not be made from its template. */
    broken: CallbackData & CallbackFailed
    ended: CallbackData
    failed: CallbackData & CallbackFailed
    /** The daemon ended while it ran, and it goes on if the same boot still proves itself. */
    resumed: CallbackData
  }
  output: {
    line: { readonly callback: string; readonly line: string }
    /** So many lines were more than may come at once. */
    dropped: { readonly callback: string; readonly count: number }
    /** What comes from here on is more than is kept. */
    cut: { readonly callback: string }
  }
  /** `severity` by its name in RFC 5424: `err`. */
  syslog: {
    line: { readonly severity: string; readonly line: string }
    dropped: { readonly count: number }
  }
  stranger: {
    script: StrangerData & { readonly what?: string }
    /** `of`: the host that has this address. */
    'phone-home': TokenData & { readonly event: PhoneHomeEvent; readonly of?: string }
    login: TokenData
    file: TokenData & { readonly name: string }
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
    power: AdminData & { readonly verb: PowerVerb }
    'first-boot': NoData
    'first-boot-refused': { readonly why: Reason }
    /** Chosen from the menu on the machine's screen. */
    chosen: { readonly profile: string; readonly address: string }
    'chosen-refused': {
      readonly profile: string
      readonly address: string
      readonly why: Reason
    }
  }
  reload: { done: NoData; refused: NoData }
  wake: {
    sent: { readonly mac: Mac; readonly address: string; readonly network: string }
    failed: { readonly mac: Mac; readonly address: string; readonly network: string } & ErrorText
    'no-network': NoData
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
      readonly left?: Reason
    }
    answers: { readonly address: string }
  }
  /** It fetched loaders, and nothing was asked for after that; `signed`: Secure Boot may refuse them. */
  firmware: { 'came-back': { readonly loaders: readonly string[]; readonly signed: boolean } }
  /** Cards of this vendor get a loader with the firmware's own driver from now on. */
  loader: {
    'stand-in': { readonly vendor: string; readonly loader: string; readonly standIn: string }
  }
  /** What was done to its power. `by`: the way. */
  power: {
    done: {
      readonly verb: PowerVerb
      readonly by: string
      readonly state: PowerState
      /** Why it was not done by a way that comes before. */
      readonly instead?: Reason
    }
    failed: { readonly verb: PowerVerb; readonly by: string; readonly why: Reason }
    /** To boot from its network for this attempt; `again`: by off and on. `doubt`: it may not do so. */
    started: StartData & {
      readonly state: PowerState
      /** It was off. */
      readonly switchedOn?: true
      readonly doubt?: Reason
      /** How its BMC was told that it boots, where that was known. */
      readonly firmware?: Firmware
      /** From the image in its drive, not from its network. */
      readonly medium?: true
    }
    'not-started': StartData & { readonly why: Reason }
    /** The image that an install has put into its drive is out. */
    ejected: { readonly by: string }
    'not-ejected': { readonly by: string; readonly why: Reason }
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
