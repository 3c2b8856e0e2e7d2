import type {
  AnsweredRequest,
  BootDesk,
  BootRequest,
  Caller,
  Delivered,
  Held,
} from '../boot/deliver.ts'
import type { MachineMove } from '../boot/found-by.ts'
import type { Host, Network, Profile } from '../boot/host.ts'
import type { LoaderKind } from '../boot/loaders/kind.ts'
import { masked } from '../boot/mask.ts'
import { type Mac, unspecified } from '../wire/address.ts'
import type { IpAddress } from '../wire/ip-address.ts'
import type { World } from '../world/world.ts'
import { answer, answerChoice, answerIfInstalled } from './answer.ts'
import { applyEffects, type EffectDeps } from './boot-effects.ts'
import type { BootAnswer, BootFacts, Question } from './boot-facts.ts'
import type { InstallDeps } from './deps.ts'
import { hold } from './hold.ts'
import { doubtOf } from './integrity.ts'
import type { MenuChoice } from './menus.ts'
import { changedAsset, takeSpec } from './spec.ts'
import { makeLogin, maskedLogin } from './ssh/logins.ts'

export interface DeskDeps extends InstallDeps, EffectDeps {
  readonly world: Pick<
    World,
    'networks' | 'networkOf' | 'place' | 'site' | 'unknownHosts' | 'hostOf' | 'finding'
  > & {
    config(): {
      readonly profiles: ReadonlyMap<string, Profile>
      readonly checksums: readonly unknown[]
    }
  }
  /** A machine is found to be another host's. */
  moved(mac: Mac, to: MachineMove): void
  /** Tells the timeline what a request was answered. */
  seen(answered: AnsweredRequest): void
}

/** What stands where a real answer has something random; `answer` tells why. */
const standIns = {
  newToken: () => 'TOKEN',
  newId: () => 'INSTALL',
  newLogin: maskedLogin,
  preparedAttempt: () => undefined,
} satisfies Partial<BootFacts>

/** Where every answer comes from: looked at, or given and then applied, which is done here alone. */
export function createBootDesk(deps: DeskDeps) {
  const { world } = deps
  const facts = factsOf(deps)

  const give = (request: BootRequest, { told, effects, host }: BootAnswer): Delivered => {
    applyEffects(effects, deps)
    const { mac, uuid, serial, caller, what } = request
    const said = { ...(uuid !== undefined && { uuid }), ...(serial !== undefined && { serial }) }
    const { kind, why } = told
    deps.seen({ mac, host, address: caller.address, what, answer: kind, why, ...said })
    return told
  }

  const ask = (request: BootRequest) => answer(questionOf(request, world), facts)

  const pick = (choice: MenuChoice, request: BootRequest): BootAnswer => {
    const { token, profile } = choice
    // It, or another one, may have been asked for meanwhile: then it asks for no second install.
    const again = deps.menus.choiceOf(token, profile.name, request.caller.address)
    return answerChoice(again ?? { ...choice, first: false }, questionOf(request, world), facts)
  }

  return {
    look: request => answer(questionOf(request, world), { ...facts, ...standIns }).told,
    give(request) {
      findHost(request, deps)
      return give(request, ask(request))
    },
    prepare: request => hold(request, { facts, deps, answer: ask, give }),
    verified: (mac, address) => verified(mac, address, deps),

    /** What a machine gets that chose in its menu. */
    async choose(choice: MenuChoice, caller: Caller, loader: LoaderKind): Promise<Delivered> {
      await verified(choice.mac, caller.address, deps, choice.profile)
      const request = requestOf(choice, caller, loader)
      return give(request, pick(choice, request))
    },

    /** The same where the sender may be forged: nothing is asked for before the answer has arrived. */
    async prepareChoice(choice: MenuChoice, caller: Caller, loader: LoaderKind): Promise<Held> {
      await verified(choice.mac, caller.address, deps, choice.profile)
      const answer = (request: BootRequest) => pick(choice, request)
      return hold(requestOf(choice, caller, loader), { facts, deps, answer, give })
    },

    networkOf: (host: Host): Network | undefined => networkOf(host, world),

    /** What the machine itself would get now, and if its install was asked for now. */
    preview: (host: Host, loader: LoaderKind) => preview(host, loader, facts, deps),
  } satisfies BootDesk & Record<string, unknown>
}

export type Answers = ReturnType<typeof createBootDesk>

function preview(
  host: Host,
  loader: LoaderKind,
  facts: BootFacts,
  deps: DeskDeps,
): { now: Delivered; ifInstalled: Delivered } | undefined {
  const question = ownQuestion(host, loader, deps)
  if (!question) return undefined
  const own = { ...facts, ...standIns, newToken: () => masked, strangeness: () => undefined }
  const shown = { ...own, shownMenu: () => masked }
  return {
    now: answer(question, shown).told,
    ifInstalled: answerIfInstalled(host, question, shown).told,
  }
}

/** A machine may be found by what it says here alone: its serial number. The MAC must be its own. */
function findHost(request: BootRequest, deps: DeskDeps): void {
  const { world } = deps
  const { mac, uuid, caller } = request
  const finding = world.finding(request, world.hostOf(mac))
  if (finding?.kind !== 'moves-in') return
  const { address } = caller
  const network = world.place(world.networkOf(caller), address).network.name
  const host = { ...finding.host, nics: [{ mac }] }
  if (deps.identify({ host, address, network, uuid }).kind === 'machine') deps.moved(mac, finding)
}

/** Waits until it is known who is at the address, and whether what the host would boot is whole. */
async function verified(
  mac: Mac,
  address: IpAddress,
  { world, memory, lives, scripts, lookAgain }: DeskDeps,
  profile?: Profile,
): Promise<void> {
  const host = world.hostOf(mac)
  if (!host) return
  const isNew = !memory.hosts.has(host.name)
  if (isNew || profile || lives.known(host).due) await lookAgain(address)
  if (world.config().checksums.length > 0) await scripts.verified(host, profile)
}

/** The request of a choice. It says the UUID that the machine said when it was shown the menu. */
function requestOf({ mac, uuid }: MenuChoice, caller: Caller, loader: LoaderKind): BootRequest {
  const said = uuid !== undefined && { uuid }
  return { mac, caller, what: loader.asks, loader, ...said }
}

function questionOf(
  { mac, uuid, caller, loader }: BootRequest,
  world: DeskDeps['world'],
): Question {
  const network = world.networkOf(caller, mac)
  const where = { place: world.place(network, caller.address), site: world.site(network) }
  const unknown = world.unknownHosts(network)
  const said = uuid !== undefined && { uuid }
  return { mac, ...said, address: caller.address, loader, ...where, unknown }
}

/** What the host itself asks, by the card and from the address that it was last heard with. */
function ownQuestion(host: Host, loader: LoaderKind, deps: DeskDeps): Question | undefined {
  const { world, memory } = deps
  const [first] = host.nics
  const last = memory.installs.currentAttempt(host.name, memory.hosts.get(host.name)?.install)
  const mac = last?.mac ?? first?.mac
  if (!first || mac === undefined) return undefined
  const network = networkOf(host, world)
  const address = last?.address ?? deps.addressesOf(mac)[0] ?? first.address ?? unspecified
  const where = { place: world.place(network, address), site: world.site(network) }
  return { mac, address, loader, ...where, unknown: world.unknownHosts(network) }
}

/** The network of its first card. */
function networkOf({ nics: [first] }: Host, world: DeskDeps['world']): Network | undefined {
  const networks = world.networks()
  return networks.find(({ name }) => name === first?.network) ?? networks[0]
}

function factsOf(deps: DeskDeps): BootFacts {
  const { memory, scripts, strangers, menus } = deps
  return {
    now: deps.now,
    newId: deps.newId,
    newToken: deps.newToken,
    newLogin: makeLogin,
    hostOf: deps.hostOf,
    profile: (name: string): Profile | undefined => deps.world.config().profiles.get(name),
    record: memory.hosts.get,
    hosts: memory.hosts,
    install: memory.installs.get,
    currentAttempt: memory.installs.currentAttempt,
    preparedAttempt: memory.installs.preparedAttempt,
    loginExtras: deps.logins.extras,
    strangeness: scripts.strangeness,
    wasSilent: scripts.wasSilent,
    isFresh: scripts.isFresh,
    shownMenu: menus.tokenOf,
    stranger: strangers.byMac,
    takeSpec: (host, overrides) => takeSpec(host, overrides, deps),
    doubtOf: spec => doubtOf(spec, deps),
    changedAsset: spec => changedAsset(spec, deps),
    render: deps.render,
  }
}
