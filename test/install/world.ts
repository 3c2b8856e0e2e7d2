import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import type { BootRequest, Delivered } from '../../src/boot/deliver.ts'
import type { Host, Profile, UnknownHosts } from '../../src/boot/host.ts'
import { ipxe } from '../../src/boot/loaders/ipxe.ts'
import type { PhoneHomeMessage } from '../../src/boot/phone-home.ts'
import type { BootImage, KernelImage } from '../../src/boot/script.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import { readMedia } from '../../src/config/media.ts'
import { renderText } from '../../src/config/template/template.ts'
import { usedVars } from '../../src/config/template/vars.ts'
import type { InstallDeps, ServedNetwork } from '../../src/install/deps.ts'
import { createInstaller, type Installer, type InstallerDeps } from '../../src/install/installer.ts'
import { createLogins } from '../../src/install/ssh/logins.ts'
import { sendWebhook } from '../../src/install/webhook.ts'
import { createDeliveries } from '../../src/store/deliveries.ts'
import { createErasures } from '../../src/store/erasures.ts'
import { createEvents } from '../../src/store/events.ts'
import { createHosts } from '../../src/store/hosts.ts'
import { createInstalls } from '../../src/store/installs.ts'
import { openSqlite } from '../../src/store/sqlite.ts'
import { createDigests } from '../../src/system/digests.ts'
import { createPublished } from '../../src/system/published.ts'
import { type Ipv4, type Mac, parseIpv4 } from '../../src/wire/address.ts'
import { makeFolder } from '../folder.ts'
import { createPatience } from '../patience.ts'
import { identifyBy } from './identify.ts'

export const mac = '52:54:00:12:34:56' as Mac
export const secondMac = '52:54:00:12:34:57' as Mac
export const strangerMac = '52:54:00:00:00:01' as Mac
export const start = Date.UTC(2026, 10, 20, 12)

export function ip(text: string): Ipv4 {
  const address = parseIpv4(text)
  if (address === undefined) throw new Error(`not an address: ${text}`)
  return address
}

export const own = ip('10.77.0.20')
export const foreign = ip('10.77.0.66')

/** The image of a profile with a kernel. */
export function kernelOf(image: BootImage | undefined): KernelImage | undefined {
  return image?.kind === undefined ? image : undefined
}

/** A request of some machine for its script. */
export function asking(by: Mac, from = own): BootRequest {
  const caller = { address: from, localAddress: ip('10.77.0.1') }
  return { mac: by, caller, what: 'script', loader: ipxe }
}

/** The token in what a machine is told to boot. */
export function tokenOf(told: Delivered): string | undefined {
  const image = told.kind === 'boot' ? told.content.image : undefined
  return /\/phone-home\/([\w-]+)/.exec(kernelOf(image)?.cmdline ?? '')?.[1]
}

export interface World extends Installer {
  readonly folder: string
  readonly dataDir: string
  readonly deps: InstallDeps
  readonly memory: Awaited<ReturnType<typeof openStore>>
  readonly host: Host
  readonly place: ServedNetwork
  /** What the deploys came to: undefined for a good end. */
  readonly deploys: (string | undefined)[]
  now(): number
  pass(seconds: number): void
  /** Asks for an install of the host; its id. */
  ask(): string
  /** The machine asks for its script; the token of what it gets, or the sentence it reads. */
  boot(from?: Ipv4): string
  /** A machine that is no host asks, where such boot this profile. */
  strange(profile: Profile, by?: Mac): Delivered
  say(
    event: PhoneHomeMessage['event'],
    more?: Partial<PhoneHomeMessage> & { token?: string; from?: Ipv4 },
  ): number
  state(): string
  timeline(kind?: string): string[]
  close(): Promise<void>
}

export interface Settings {
  readonly profile?: Partial<Profile>
  readonly host?: Partial<Host>
  readonly place?: Partial<ServedNetwork>
  readonly deps?: Partial<InstallDeps>
  /** Deploys that work at the same time. */
  readonly places?: number
  /** An earlier world, whose dataDir and clock go on. */
  readonly after?: World
}

export async function openStore(dataDir: string, now: () => number) {
  const db = await openSqlite(dataDir)
  const events = createEvents(db, now, () => ({ events: 30 * 86_400, perHost: 5000 }))
  return {
    ...db,
    hosts: createHosts(db),
    installs: createInstalls(db),
    deliveries: createDeliveries(db),
    erasures: createErasures(db),
    events,
    record: events.record,
  }
}

export function profile(folder: string, more: Partial<Profile> = {}): Profile {
  return {
    name: 'debian',
    boot: 'install',
    ask: 'manual',
    kernel: join(folder, 'assets/linux'),
    initrd: [join(folder, 'assets/initrd.gz')],
    cmdline: 'console=ttyS0 url={{ files.preseed }}',
    files: { preseed: join(folder, 'preseed') },
    vars: { disk: '/dev/vda' },
    phoneHome: 'agent',
    callbacks: [],
    attempts: 3,
    expires: 24 * 3600,
    bootTimeout: 15 * 60,
    timeout: 60 * 60,
    ...more,
  }
}

/** Everything around the install life cycle, with a real store, a clock of its own and one host. */
export async function createWorld(t: Test, settings: Settings = {}): Promise<World> {
  const folder = settings.after?.folder ?? writeFiles(t)
  const dataDir = join(folder, 'data')
  let clock = settings.after?.now() ?? start
  const now = () => clock
  const memory = await openStore(dataDir, now)
  const host = hostOf(folder, settings)
  const place = placeOf(settings)
  let made = 0
  const macsOf = (address: Ipv4) =>
    address === own ? [mac] : address === foreign ? ['52:54:00:66:66:66' as Mac] : []
  const deps: InstallDeps = {
    memory,
    clock: computerClock,
    now,
    newId: at => `install-${at - start}-${++made}`,
    newToken: () => `token-${clock - start}-${++made}`,
    powerDue: () => {},
    isSwitching: () => false,
    host: name => (name === host.name ? host : undefined),
    hostOf: address => (host.nics.some(nic => nic.mac === address) ? host : undefined),
    render: renderText,
    ...createPublished(join(folder, 'assets')),
    readMedia,
    usedVars,
    digests: createDigests(),
    place: () => place,
    macsOf,
    identify: identifyBy(macsOf),
    ...{ lookAgain: async () => {}, hangsOn: () => {} },
    addressesOf: address => (address === mac ? [own] : []),
    whyNoTarget: () => undefined,
    lackOf: () => undefined,
    mediumOf: () => ({ url: 'http://10.77.0.1:8080/assets/media.iso' }),
    logins: createLogins(join(dataDir, 'logins')),
    ...settings.deps,
  }
  let unknown: UnknownHosts = { kind: 'ignore' }
  // What a test puts in the place of one of these counts from then on.
  const installing: InstallerDeps = Object.assign(deps, {
    dataDir,
    world: {
      networks: () => [],
      networkOf: () => undefined,
      place: () => place,
      site: () => ({ unknown: unknown.kind === 'profile' ? 'boot' : 'ignore', loaders: new Map() }),
      unknownHosts: () => unknown,
      hostOf: deps.hostOf,
      finding: () => undefined,
      config: () => ({ profiles: new Map(), checksums: [] }),
    },
    ...{ sendWebhook, places: () => settings.places ?? 8, outputBound: () => 2000 },
    seen: () => {},
    moved: () => {},
    failed: (_delivery: unknown, error: unknown) => complain(error),
    notSought: (_host: string, error: unknown) => complain(error),
  } satisfies Omit<InstallerDeps, keyof InstallDeps>)
  const installer = createInstaller(installing)
  const deploys = deploysOf(installer)
  let closed = false
  const close = async () => {
    if (closed) return
    closed = true
    await installer.outbox.close()
    memory.close()
  }
  t.teardown(close)

  return {
    ...{ ...installer, folder, dataDir, deps, memory, host, place, deploys, now, close },
    pass(seconds) {
      clock += seconds * 1000
    },
    strange(profile, by = strangerMac) {
      unknown = { kind: 'profile', profile }
      return installer.answers.give(asking(by))
    },
    ...handsOf(installer, { memory, host, place }),
  }
}

/** What people and the machine of the host do. */
function handsOf(
  { lives, answers, phoneHome }: Installer,
  { memory, host, place }: Pick<World, 'memory' | 'host' | 'place'>,
): Pick<World, 'ask' | 'boot' | 'say' | 'state' | 'timeline'> {
  const token = () =>
    memory.installs.currentAttempt(host.name, memory.hosts.get(host.name)?.install)?.token
  return {
    ask() {
      const asked = lives.ask(host, {}, false)
      if (!asked.ok) throw new Error(sentenceOf(asked.why))
      return asked.install
    },
    boot(from = own) {
      const told = answers.give(asking(mac, from))
      if (told.kind !== 'boot') return `${told.kind}: ${told.reason}`
      return tokenOf(told) ?? ''
    },
    say(event, { token: named, from = own, ...more } = {}) {
      const said = { event, ...more }
      const by = named ?? token() ?? 'no token'
      return (phoneHome.refusal(by) ?? phoneHome.hear({ token: by, address: from, place }, said))
        .status
    },
    state: () => lives.lifeOf(host.name).state,
    timeline: kind =>
      memory.events
        .newest(1000, host.name)
        .filter(event => kind === undefined || event.kind === kind)
        .map(event => event.text),
  }
}

/** node1, with a second card. */
function hostOf(folder: string, settings: Settings): Host {
  return {
    name: 'node1',
    nics: [{ mac, address: own }, { mac: secondMac }],
    tags: [],
    vars: {},
    profile: profile(folder, settings.profile),
    ...settings.host,
  }
}

function placeOf(settings: Settings): ServedNetwork {
  return {
    network: { name: 'lan' },
    serverUrl: 'http://10.77.0.1:8080',
    seesDhcp: true,
    ...settings.place,
  }
}

/** Gathers what deploys come to. */
function deploysOf({ lives }: Installer): (string | undefined)[] {
  const deploys: (string | undefined)[] = []
  const { deployEnded } = lives
  lives.deployEnded = (delivery, why) => {
    deploys.push(why && sentenceOf(why))
    deployEnded(delivery, why)
  }
  return deploys
}

function complain(error: unknown): never {
  throw error
}

function writeFiles(t: Test): string {
  return makeFolder(t, {
    assets: { linux: 'kernel', 'initrd.gz': 'initrd' },
    preseed: 'd-i disk {{ host.vars.disk }} for {{ host.name }} home {{ phoneHome }}\n',
  })
}

/** Writes another kernel in the place of the one that was asked with. */
export function changeKernel(world: World, text: string): void {
  mkdirSync(join(world.folder, 'assets'), { recursive: true })
  writeFileSync(join(world.folder, 'assets/linux'), text)
}

/** Lets the event loop turn until something holds; real sockets and processes are under way. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  const isOver = createPatience(10)
  while (!holds()) {
    if (isOver()) throw new Error(`never happened: ${what}`)
    await new Promise(resolve => setImmediate(resolve))
  }
}
