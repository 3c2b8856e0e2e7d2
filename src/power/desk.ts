import { given } from '../base/given.ts'
import type { Host } from '../boot/host.ts'
import type { PowerHeard, PowerState, PowerVerb, PowerWay } from '../boot/power.ts'
import { throughEach } from '../boot/power-chain.ts'
import { type Reason, written } from '../boot/reason.ts'
import { type BmcCertificate, pinnedBmc, shownBy } from './certificate.ts'
import { type ChainLink, type Done, doByFirst, type Instead } from './chain.ts'
import { createHeardPower, type HeardPowerDeps } from './heard.ts'
import { type Power, PowerError, type WayDeps } from './power.ts'
import { type Started, type StartPlan, shutDown, startFromNetwork } from './start.ts'
import { type PowerClock, switchPower } from './switch.ts'
import { createTurns, type Turns } from './turns.ts'
import { powerBy } from './ways.ts'

export interface PowerDeskDeps extends WayDeps, PowerClock, HeardPowerDeps {
  /** A way of the config, as it is now. */
  way(name: string): PowerWay | undefined
  /** The names that its templates may use. */
  context(host: Host): object
  /** Sends magic packets to the cards of a host. */
  wake(host: Host): Promise<void>
  /** Lets the system that runs on a host boot the installer. Returns why not. */
  takeOver(host: Host): Promise<Reason | undefined>
  /** How many machines may be switched on or reset at the same time. */
  powerUp(): number
}

/** How it went: the state that the machine is in, or why not. */
export type PowerOutcome =
  | { readonly ok: true; readonly state: PowerState; readonly instead?: Instead }
  | { readonly ok: false; readonly why: Reason }

export interface PowerDesk {
  /** Why nothing can be done to this host's power; undefined where it has a way. */
  whyNot(host: Host): Reason | undefined
  /** Does it and waits until the machine is so. Never throws. */
  run(host: Host, verb: PowerVerb): Promise<PowerOutcome>
  /**
   * Boots it from its network, when its turn has come: then `begin` is called, and only if that says yes it
   * is done. Never throws.
   */
  start(host: Host, plan: StartPlan, begin: () => Promise<boolean>): Promise<StartedOutcome>
  /** The certificate that its BMC shows now, and the one that is kept. Never throws. */
  certificates(host: Host): Promise<Certificates>
  /** Keeps a certificate of its BMC: from now on it must show that one. Returns why not. */
  trust(host: Host, fingerprint: string): Reason | undefined
  /** Takes the image behind a URL out of its drive; `was`: it was in it. Never throws. */
  eject(host: Host, url: string): Promise<Ejected>
  /** Shuts it down, else switches it off. Never throws. */
  shutDown(host: Host, begin: () => Promise<boolean>): Promise<PowerOutcome | undefined>
  /** What was heard of its power the last time; nobody is asked. */
  heard(host: Host): PowerHeard | undefined
  /** Forgets what was heard of all others. */
  keepOnly(hosts: readonly Host[]): void
  /** Hosts that wait until they may be switched on or reset, in their order. */
  line(): readonly string[]
}

/** How a start went; undefined where it was not wanted any more. */
export type StartedOutcome =
  | ({ readonly ok: true; readonly instead?: Instead } & Started)
  | { readonly ok: false; readonly why: Reason }
  | undefined

export type Ejected =
  | { readonly ok: true; readonly was: boolean }
  | { readonly ok: false; readonly why: Reason }

export type Certificates =
  | {
      readonly ok: true
      readonly address: string
      readonly shown: BmcCertificate
      /** Its fingerprint. */
      readonly kept?: string
    }
  | { readonly ok: false; readonly why: Reason }

/** Machines that are asked at the same time: a dead one takes seconds. */
const asked = 64

/**
 * Where everybody asks who wants something of a machine's power. One thing at a time is done at a BMC; so
 * many machines as `powerUp` says draw power at once.
 */
export function createPowerDesk(deps: PowerDeskDeps): PowerDesk {
  const looking = createTurns(() => asked)
  const starting = createTurns(deps.powerUp)
  const atOne = createKeyedTurns()
  const heard = createHeardPower(deps)

  const whyNot = (host: Host) => whyNoPower(host, deps)
  const attempt = async <T>(
    host: Host,
    onSuffices: boolean,
    work: (power: Power) => Promise<T>,
  ) => {
    const why = whyNot(host)
    if (why) return { ok: false, why } as const
    return triedTo(() => doByFirst(linksOf(host, deps), work, onSuffices))
  }
  const turn = <T>(host: Host, turns: Turns, work: () => Promise<T>): Promise<T> =>
    atOne(keyOf(host), () => turns.run(work, host.name))
  return {
    whyNot,
    run(host, verb) {
      const turns = verb === 'on' || verb === 'cycle' ? starting : looking
      return turn(host, turns, async () => {
        const tried = await attempt(host, verb === 'on', power => switchPower(power, verb, deps))
        return heard.note(host, outcomeOf(tried))
      })
    },
    start(host, plan, begin) {
      return turn(host, starting, async () => {
        if (!(await begin())) return undefined
        const tried = await attempt(host, true, power => startFromNetwork(power, plan, deps))
        if (!tried.ok) return heard.note(host, tried)
        return heard.note(host, startedOf(tried.value))
      })
    },
    async certificates(host) {
      const bmc = pinnedBmc(host, deps.way)
      if (!bmc.ok) return bmc
      const { address } = bmc
      const tried = await turn(host, looking, () => triedTo(() => shownBy(bmc, deps.signal)))
      if (!tried.ok) return tried
      return { ok: true, address, shown: tried.value, ...given('kept', deps.pins.get(address)) }
    },
    trust: (host, fingerprint) => trustBmc(host, fingerprint, deps),
    async eject(host, url) {
      const tried = await turn(host, looking, () =>
        attempt(host, false, async power => (await power.eject?.(url)) ?? false),
      )
      return tried.ok ? { ok: true, was: tried.value.value } : tried
    },
    shutDown(host, begin) {
      return turn(host, looking, async () => {
        if (!(await begin())) return undefined
        const tried = await attempt(host, false, power => shutDown(power, deps))
        return heard.note(host, outcomeOf(tried))
      })
    },
    ...{ heard: heard.of, keepOnly: heard.keepOnly, line: starting.line },
  }
}

function trustBmc(host: Host, fingerprint: string, { way, pins }: PowerDeskDeps) {
  const bmc = pinnedBmc(host, way)
  if (!bmc.ok) return bmc.why
  pins.keep(bmc.address, fingerprint)
  return undefined
}

/** What is behind one address is one BMC, whatever hosts it has; a PDU has many outlets. */
function keyOf({ name, power }: Host): string {
  if (power?.address === undefined) return `host ${name}`
  return `address ${power.address} ${power.outlet ?? ''}`
}

type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: Reason }

function outcomeOf(tried: Tried<Done<PowerState>>): PowerOutcome {
  if (!tried.ok) return tried
  const { value, instead } = tried.value
  return { ok: true, state: value, ...given('instead', instead) }
}

function startedOf({ value, instead }: Done<Started | undefined>): StartedOutcome {
  const doubt = value?.doubt ?? instead?.why
  return value && { ok: true, ...value, ...given('doubt', doubt), ...given('instead', instead) }
}

function whyNoPower(host: Host, { way }: Pick<PowerDeskDeps, 'way'>): Reason | undefined {
  if (!host.power) return { code: 'no-power', host: host.name }
  const names = throughEach(host).flatMap(({ power }) => power?.by ?? [])
  const gone = names.find(name => !way(name))
  return gone === undefined ? undefined : { code: 'no-power-way', name: gone }
}

function linksOf(host: Host, deps: PowerDeskDeps): ChainLink[] {
  return throughEach(host).flatMap(via => {
    const way = via.power && deps.way(via.power.by)
    if (!via.power || !way) return []
    const deeds = { wake: () => deps.wake(via), takeOver: () => deps.takeOver(via) }
    const target = { ...via.power, context: deps.context(via), ...deeds }
    return [{ by: way.name, open: () => powerBy(way, target, deps) }]
  })
}

async function triedTo<T>(work: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (error instanceof PowerError) return { ok: false, why: error.why }
    return { ok: false, why: written(error instanceof Error ? error.message : String(error)) }
  }
}

/** One at a time of each key. */
function createKeyedTurns() {
  const all = new Map<string, { readonly turns: Turns; users: number }>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const entry = all.get(key) ?? { turns: createTurns(() => 1), users: 0 }
    all.set(key, entry)
    entry.users += 1
    try {
      return await entry.turns.run(work)
    } finally {
      entry.users -= 1
      if (entry.users === 0) all.delete(key)
    }
  }
}
