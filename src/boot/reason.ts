import type { Mac } from '../wire/address.ts'
import type { Arch } from './arch.ts'
import type { HostState, PhoneHomeEvent } from './host-state.ts'
import type { AddressReasons } from './reasons/address.ts'
import type { CallbackReasons } from './reasons/callback.ts'
import type { CaptureReasons } from './reasons/capture.ts'
import type { ConsoleReasons } from './reasons/console.ts'
import type { EraseReasons } from './reasons/erase.ts'
import type { FileReasons, Nothing } from './reasons/file.ts'
import type { MessageReasons } from './reasons/message.ts'
import type { PowerReasons } from './reasons/power.ts'
import type { RouterReasons } from './reasons/router.ts'
import type { RunningReasons } from './reasons/running.ts'
import type { SpecReasons } from './reasons/spec.ts'
import type { SshReasons } from './reasons/ssh.ts'
import type { StrangerReasons } from './reasons/stranger.ts'
import type { WishReasons } from './reasons/wish.ts'
import type { ImageKind } from './script.ts'

/*
 * Why something was answered, refused, or is as it is: a code, and what there is to know about it. This
 * list, with those in `reasons/`, is the documentation of the codes; `words/` has the sentence of each. Programs read codes and data.
 * Addresses are dotted quads, so that what is stored and sent can be read.
 */

/** What another DHCP server says of booting. */
export interface ForeignBoot {
  readonly file: string
  readonly nextServer?: string
}

/** Why a host is in its state. */
interface LifeReasons {
  'not-asked': Nothing
  'install-asked': Nothing
  /** `boot` is how many boots in a row gave no sign of life, this one included. */
  'script-delivered': { readonly attempt: number; readonly boot: number; readonly most: number }
  'installer-alive': { readonly attempt: number }
  'installer-ready': { readonly by: 'deploy' | 'installer' }
  /** The installer has asked for one more boot. */
  'boot-again': Nothing
  'waits-for-system': { readonly sign: 'up' | 'SSH' }
  'install-done': Nothing
  'system-up': Nothing
  'ssh-answers': Nothing
  'booted-once': Nothing
  /** It had failed by time, and was heard of nevertheless. */
  'late-end': { readonly event: PhoneHomeEvent }
  cancelled: Nothing
  'left-config': Nothing
  replaced: Nothing
  /** By `explain`, of a state that the host cannot come to. */
  assumed: Nothing
}

/** Why an install failed. */
interface FailureReasons {
  /** What the installer said about it. */
  'installer-failed': { readonly message?: string }
  /** `message`: its words, in lives of versions before callbacks had codes. */
  'deploy-failed': { readonly because?: Reason; readonly message?: string }
  /** The machine is not what `expect` says. */
  unexpected: { readonly difference: Reason }
  'attempts-used-up': { readonly boots: number }
  expired: Nothing
  'boot-timeout': { readonly boots: number }
  timeout: Nothing
  'never-came-back': { readonly signs: readonly string[] }
  /** It netbooted in the middle and never said that it was done. */
  'came-back-silent': Nothing
  'asset-changed': { readonly path: string }
  'wrong-checksum': { readonly path: string }
}

/** What differs from `expect`. */
interface DifferenceReasons {
  'no-facts': Nothing
  'other-serial': { readonly serial: string; readonly expected: string }
  /** As people say them: `/dev/vda, SSD 980, 500.1 GB`. */
  'no-such-disk': { readonly expected: string; readonly has: readonly string[] }
  /** Nobody guesses which of them is to be erased. */
  'several-disks-fit': { readonly disks: readonly string[] }
  /** For an image of so many bytes. */
  'disk-too-small': { readonly disk: string; readonly size: number; readonly bytes: number }
}

/** Why a machine gets the boot answer that it gets. Those with `because` add to another reason. */
interface BootReasons {
  'host-state': { readonly host: string; readonly state: HostState; readonly why: Reason }
  'host-menu': { readonly host: string }
  'host-netboots': { readonly host: string; readonly profile: string }
  /** Asked for by itself when it first appears. */
  'first-boot': { readonly host: string }
  /** It says this UUID. Which one the config has is not for whoever took over the card. */
  'other-uuid': { readonly host: string; readonly uuid: string }
  /** By what it says of itself it is two hosts: each with the trait by which it was found. */
  'found-twice': { readonly hosts: readonly string[] }
  /** It is found to be this host, whose installer is at work on another machine. */
  'host-at-work': { readonly host: string }
  /** No host of the config. */
  'unknown-ignored': Nothing
  'unknown-local': Nothing
  'unknown-profile': Nothing
  /** It boots the agent, which says what it is and waits. */
  'unknown-discover': Nothing
  'no-loader': { readonly because: Reason; readonly arch: Arch; readonly file?: string }
  'local-boot-silent': { readonly because: Reason }
  /** The iPXE of a ROM without what our scripts ask for. */
  'stripped-ipxe': { readonly because: Reason }
  'not-for-http-boot': { readonly because: Reason; readonly file: string }
  /** BIOS ROMs go on to the disk when no offer carries a boot file. */
  'silence-boots-disk': { readonly because: Reason }
  /** What a machine is given to boot, as its screen shows it. */
  boots: { readonly title: string }
  menu: Nothing
  'being-verified': { readonly path: string }
  'not-its-address': { readonly host: string }
  /** Without a host: of a machine that is none. */
  'no-script': { readonly host?: string; readonly error: string }
  /** As much of `host-state` as others may know. */
  'host-is': { readonly host: string; readonly state: HostState }
  'not-the-host': { readonly address: string; readonly host: string }
  'chosen-at-machine': Nothing
  'nothing-to-choose': { readonly who: string }
  'cannot-boot': { readonly loader: string; readonly kind: ImageKind }
}

/** Why a DHCP packet was answered as it was, or not at all. */
interface DhcpReasons {
  'not-a-client': Nothing
  'no-message-type': Nothing
  'no-ethernet-address': Nothing
  malformed: { readonly error: string }
  'mode-none': Nothing
  'unclear-network': Nothing
  /** A relay, or the link it asks for (RFC 3527), that is in no network of the config. */
  'foreign-relay': { readonly relay: string; readonly link?: string }
  'not-for-clients': { readonly asked: string }
  /** The address with what was decided about booting. */
  'gives-address': {
    readonly address: string
    readonly reserved?: true
    /** To one of several clients that share a MAC. */
    readonly apart?: true
    readonly because?: Reason
  }
  'gives-settings': { readonly because?: Reason }
  'only-pxe': Nothing
  'not-booting': Nothing
  'no-proxy-client': { readonly client: string }
  'not-on-proxy-port': { readonly asked: string }
  'for-dhcp-server': { readonly asked: string }
  'addresses-taken': Nothing
  /** Somebody answered ARP there once; the kernel finds out whether he still does. */
  'address-unsure': { readonly address: string; readonly mac: Mac }
  /**
   * Other DHCP servers were seen. `servers` give addresses where we do: we hold ours back, or go on beside
   * them. `others` only say what to boot, a proxyDHCP server without a file that we know.
   */
  'other-servers': {
    readonly network: string
    readonly servers: readonly string[]
    readonly as: 'held' | 'allowed' | 'established'
    readonly others: readonly { readonly server: string; readonly boot?: ForeignBoot }[]
  }
  'still-listening': Nothing
}

/** Reasons that are made of others. */
interface PartReasons {
  /** Why a deploy was not started: the machine at this address did not prove itself. */
  'not-proved': { readonly address: string; readonly because: Reason }
  /** A deploy that went on after a restart of the daemon. */
  'restarted-and': { readonly because: Reason }
  /** `line`: the last thing that the command said. */
  'command-failed': { readonly because: Reason; readonly line?: string }
  /** Its machine is started by us, when its turn comes; `because`: why once more. */
  'start-waits': { readonly attempt: number; readonly because?: Reason }
  'not-started': { readonly because: Reason }
  /** It did not netboot within so many seconds of its start. */
  'no-discover': { readonly seconds: number; readonly because?: Reason }
  /** What of a message was not kept. */
  'left-out': { readonly parts: readonly Reason[] }
}

/** Sentences that come from elsewhere: the system, a library, a database from before codes. */
interface WrittenReasons {
  written: { readonly text: string }
}

export interface Reasons
  extends LifeReasons,
    FailureReasons,
    DifferenceReasons,
    BootReasons,
    DhcpReasons,
    AddressReasons,
    FileReasons,
    EraseReasons,
    CaptureReasons,
    MessageReasons,
    SshReasons,
    CallbackReasons,
    SpecReasons,
    WishReasons,
    StrangerReasons,
    PowerReasons,
    RouterReasons,
    RunningReasons,
    ConsoleReasons,
    PartReasons,
    WrittenReasons {}

export type ReasonCode = keyof Reasons

/** One of them, with its data beside the code. */
export type Reason = { [C in ReasonCode]: { readonly code: C } & Reasons[C] }[ReasonCode]

export type ReasonOf<C extends ReasonCode> = Extract<Reason, { readonly code: C }>

/** Why something cannot be had. */
export interface Refused {
  readonly refused: Reason
}

/** A sentence that was made by somebody else. */
export function written(text: string): Reason {
  return { code: 'written', text }
}

/** The reasons from the outermost to the one that it began with. */
export function reasonsOf(why: Reason): Reason[] {
  const inner = 'because' in why ? why.because : undefined
  return inner === undefined ? [why] : [why, ...reasonsOf(inner)]
}

/** The first of these codes in a reason and what it adds to. */
export function reasonWith<C extends ReasonCode>(
  why: Reason | undefined,
  code: C,
): ReasonOf<C> | undefined {
  const all = why === undefined ? [] : reasonsOf(why)
  return all.find((one): one is ReasonOf<C> => one.code === code)
}
