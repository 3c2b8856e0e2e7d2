import type { Clock } from '../base/clock.ts'
import type { Erasure } from '../boot/erase.ts'
import type { NewEvent } from '../boot/event-record.ts'
import type { Host, Profile } from '../boot/host.ts'
import type { Identity } from '../boot/identity.ts'
import type {
  Asset,
  Attempt,
  AttemptContent,
  Delivery,
  HostRecord,
  Install,
  NewAttempt,
  NewDelivery,
  Proof,
} from '../boot/install.ts'
import type { Life } from '../boot/life.ts'
import type { ReadMedia } from '../boot/media.ts'
import type { Reason, Refused } from '../boot/reason.ts'
import type { NoTarget } from '../boot/reasons/ssh.ts'
import type { Mac } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { Logins } from './ssh/logins.ts'

/** What the install life cycle remembers; the store gives it. */
export interface Memory {
  readonly hosts: {
    get(name: string): HostRecord | undefined
    facts(name: string): unknown
    /** A host and its cards count as seen from now on. */
    know(name: string, macs?: readonly Mac[]): void
    knowsMac(mac: Mac): boolean
    has(name: string): boolean
    running(): HostRecord[]
    late(now: number): HostRecord[]
    saveLife(name: string, life: Life, install: string | undefined, deadline?: number): void
    saveDeadline(name: string, deadline: number): void
    saveProgress(name: string, percent: number | undefined, message: string | undefined): void
    saveFacts(name: string, facts: unknown): void
  }
  readonly installs: {
    add(install: Install): void
    end(id: string, at: number, outcome: string, reason: Reason): void
    get(id: string): Install | undefined
    /** Of those that are prepared a host has one, until one is opened. */
    addAttempt(attempt: NewAttempt): void
    preparedAttempt(host: string, number: number, install?: string): Attempt | undefined
    /** An answer file of an attempt is gone. */
    burn(token: string, name: string): void
    attempt(token: string): Attempt | undefined
    /** An answer file of an attempt. */
    file(token: string, name: string): string | undefined
    /** Whether there is one, without reading it. */
    hasFile(token: string, name: string): boolean
    currentAttempt(host: string, install?: string): Attempt | undefined
    /** What a boot is given, from now on. */
    saveContent(token: string, content: AttemptContent): void
    saveProof(token: string, proof: Proof): void
    voidAttempts(host: string): void
    voidAttemptsAfter(attempt: Attempt): void
  }
  readonly deliveries: {
    add(delivery: NewDelivery, now: number): void
    /** Those that begin as soon as they are due: all but deploys that are processes. */
    due(now: number, limit: number): Delivery[]
    /** The others, in the order in which they became due. */
    waiting(limit: number): Delivery[]
    /** What there is to say of all of them. */
    line(): Pick<Delivery, 'id' | 'host' | 'callback' | 'event'>[]
    /** The id of the one that came last; 0 where none waits. */
    newestWaiting(): number
    running(): Delivery[]
    start(id: number): void
    saveGroup(id: number, pgid: number, start: number): void
    retry(id: number, at: number, error: Reason): void
    isRunning(id: number): boolean
    isDue(id: number): boolean
    endDeploy(install: string): void
    end(id: number, state: 'delivered' | 'undelivered' | 'ended', error?: Reason): void
  }
  /** What was erased. */
  readonly erasures: { add(erasure: Erasure): void }
  /** Adds a line to a timeline. */
  record(event: NewEvent): void
  /** Everything `work` writes is kept together or not at all. */
  write<T>(work: () => T): T
  /** Resolves when all that was written is on disk. */
  committed(): Promise<void>
}

/** Where a machine reaches us. */
export interface ServedNetwork {
  /** What templates may know of the network. */
  readonly network: { readonly name: string }
  readonly serverUrl: string
  /** Where it may go on when we do not answer: the same for other daemons on our database; none without one. */
  readonly others?: readonly string[]
  /** We hear the DHCP of this network, so a DISCOVER tells a new boot. */
  readonly seesDhcp: boolean
}

/** A request for what is a host's alone. */
export interface Claim {
  readonly host: Host
  readonly address: IpAddress
  /** Name of the network that it came from. */
  readonly network: string
  /** The UUID that it says. */
  readonly uuid?: string | undefined
  /** The attempt whose token it carries. */
  readonly attempt?: Attempt
}

/** What the life cycle asks of the rest of the daemon. */
export interface InstallDeps {
  readonly memory: Memory
  readonly clock: Clock
  /** Epoch milliseconds that never jump. */
  now(): number
  newId(now: number): string
  newToken(): string
  /** Something is to be done to the power of a host, as its life says. */
  powerDue(host: string): void
  /** Whether something is being done to it just now. */
  isSwitching(host: string): boolean
  /** A host of the config by name. */
  host(name: string): Host | undefined
  /** The host of a MAC. */
  hostOf(mac: Mac): Host | undefined
  /** Renders a Liquid template; throws with a sentence when it cannot. */
  render(template: string, context: Readonly<Record<string, unknown>>): string
  /** The asset of an absolute path, or undefined when there is no such file. */
  publish(path: string): Asset | undefined
  /** Assets that are good only together, under one URL; undefined when one of them is missing. */
  publishTogether(paths: readonly string[]): readonly Asset[] | undefined
  readonly readMedia: ReadMedia
  readonly digests: {
    /** The sha256 of this version of an asset in hex; undefined while it is not known. */
    known(asset: Asset): string | undefined
    of(asset: Asset): Promise<string>
  }
  /** Where machines of a network (by default, of the first one) reach us. */
  place(network?: string): ServedNetwork
  /** Whose MAC an address has: who answers ARP on a link of ours, else by what DHCP told. */
  macsOf(address: IpAddress): readonly Mac[]
  /** A machine hangs on a port of a switch, in every way to write it: it may be a host's by that. */
  hangsOn(mac: Mac, ports: readonly string[]): void
  /** Asks the kernel anew who has an address, where that decides something for good. */
  lookAgain(address: IpAddress): Promise<void>
  /** Whether a request is the host's own, and if not, why. */
  identify(claim: Claim): Identity
  /** Where a MAC is: by our leases, then by the kernel's neighbour table. */
  addressesOf(mac: Mac): readonly IpAddress[]
  /**
   * Why nobody may be looked for at an address, because it is ours or lies outside our networks. `named`: the config itself names it, so it may lie anywhere.
   */
  whyNoTarget(address: IpAddress, named?: boolean): NoTarget | undefined
  /** Names of the vars that a profile and the texts of its answer files use; `any` where that cannot be told. */
  usedVars(profile: Profile, sources: Iterable<string>): ReadonlySet<string> | 'any'
  /** The URL of the image that the BMC of a host is given, so that it boots from that. */
  mediumOf(host: Host): { readonly url: string } | Refused
  /** The program without which a profile cannot be installed, as a sentence. */
  lackOf(profile: Profile): Reason | undefined
  readonly logins: Logins
}
