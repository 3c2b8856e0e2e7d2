import { setTimeout as sleep } from 'node:timers/promises'
import type { Host } from '../boot/host.ts'
import type { Attempt, AttemptContent, Install, Spec } from '../boot/install.ts'
import { isDue, isRunning } from '../boot/life.ts'
import { type Abilities, unbootable } from '../boot/loaders/kind.ts'
import { sentenceOf } from '../boot/words/reason.ts'
import type { Ipv4, Mac } from '../wire/address.ts'
import type { InstallDeps, Place } from './deps.ts'
import { doubtOf, isUnverified, verified } from './integrity.ts'
import type { Lives } from './life.ts'
import { prepareAttempt } from './prepare.ts'
import { changedAsset, takeSpec } from './spec.ts'

/** What a request for a host's script gets. */
export type ScriptAnswer =
  | { readonly kind: 'boot'; readonly attempt: Attempt }
  | { readonly kind: 'local'; readonly reason: string }
  /** Whoever sits there chooses one of the host's `menu`. */
  | { readonly kind: 'menu'; readonly reason: string }
  /** Somebody else asked: 403, and nothing changed. */
  | { readonly kind: 'forbidden'; readonly reason: string }

export interface ScriptRequest {
  readonly host: Host
  readonly mac: Mac
  readonly address: Ipv4
  readonly place: Place
  /** What asks, and what it can boot. */
  readonly loader: Abilities
}

/** The same before it is asked for. */
export type ScriptPreview =
  | ({ readonly kind: 'boot' } & AttemptContent)
  | { readonly kind: 'local' | 'forbidden'; readonly reason: string }

/** Seconds without a request after which the next one is a new boot, where we see no DHCP. */
const newBootAfter = 120

/** Milliseconds that a request waits for: iPXE gives up after 120 s of silence. */
const longestVerify = 60_000

/** Hands out scripts: one boot, one attempt; and only to the machine itself. */
export function createScripts(deps: InstallDeps, lives: Lives) {
  const { memory } = deps
  /** When a machine last asked, and netbooting hosts whose new boot has begun. */
  const lastRequest = new Map<string, number>()
  const freshNetboots = new Set<string>()

  const isMachine = ({ host, address, place }: Pick<ScriptRequest, 'host' | 'address' | 'place'>) =>
    deps.identify({ host, address, network: place.network.name }).kind === 'machine'

  const open = (spec: Spec, request: ScriptRequest, number: number, install?: string): Attempt => {
    const { mac, address, place } = request
    const token = deps.newToken()
    const boot = { token, number, mac, address, ...(install !== undefined && { install }) }
    const { login } = spec.profile
    const extras =
      login && install !== undefined
        ? deps.logins.make({ install, attempt: number }, login)
        : undefined
    const content = prepareAttempt(spec, boot, place, deps.render, extras)
    const attempt = { ...boot, host: spec.host.name, openedAt: deps.now(), content }
    memory.installs.addAttempt(attempt)
    return { ...attempt, void: false, burnt: [] }
  }

  /** Where we see no DHCP: whether so long nothing came that this request begins a new boot. */
  const wasSilent = ({ host, place }: ScriptRequest): boolean => {
    const silent = deps.now() - (lastRequest.get(host.name) ?? deps.now())
    lastRequest.set(host.name, deps.now())
    return !place.seesDhcp && silent > newBootAfter * 1000
  }

  const netboot = (request: ScriptRequest): ScriptAnswer => {
    const { name } = request.host
    const spec = takeSpec(request.host, {}, deps)
    if ('refused' in spec) return { kind: 'local', reason: spec.refused }
    const unable = unbootable(spec.profile.kind ?? 'kernel', request.loader)
    if (unable !== undefined) return { kind: 'local', reason: unable }
    const doubt = doubtOf(spec, deps)
    if (doubt) return { kind: 'local', reason: sentenceOf(doubt.why) }
    const running = memory.installs.currentAttempt(name)
    const newBoot = wasSilent(request) || freshNetboots.has(name)
    if (running && !newBoot && running.mac === request.mac) {
      return { kind: 'boot', attempt: running }
    }
    return memory.write(() => {
      memory.installs.voidAttempts(name)
      freshNetboots.delete(name)
      return { kind: 'boot', attempt: open(spec, request, (running?.number ?? 0) + 1) }
    })
  }

  const deliver = (install: Install, request: ScriptRequest): ScriptAnswer => {
    const { name } = request.host
    const unable = unbootable(install.spec.profile.kind ?? 'kernel', request.loader)
    if (unable !== undefined && isDue(lives.lifeOf(name))) return { kind: 'local', reason: unable }
    // What an installer at work was booted from may change; only what is booted now must not.
    const changed = isDue(lives.lifeOf(name)) && changedAsset(install.spec, deps)
    if (changed) {
      const why = { code: 'asset-changed', path: changed.path } as const
      lives.apply(name, { kind: 'late', why })
      return { kind: 'local', reason: sentenceOf(why) }
    }
    const doubt = isDue(lives.lifeOf(name)) ? doubtOf(install.spec, deps) : undefined
    if (doubt?.kind === 'wrong') lives.apply(name, { kind: 'late', why: doubt.why })
    if (doubt) return { kind: 'local', reason: sentenceOf(doubt.why) }
    const newBoot = wasSilent(request)
    return memory.write(() => {
      const step = lives.apply(name, { kind: 'script', newBoot })
      if (step?.opens) {
        const attempt = open(install.spec, request, step.life.attempt, install.id)
        return { kind: 'boot', attempt }
      }
      const running = memory.installs.currentAttempt(name, install.id)
      const life = lives.lifeOf(name)
      if (step && life.state === 'booting' && !life.alive && running) {
        return { kind: 'boot', attempt: running }
      }
      return { kind: 'local', reason: `${name} is ${life.state}: ${sentenceOf(life.why)}` }
    })
  }

  return {
    isMachine,

    /** The script of a host that is due. A template that fails leaves everything as it was. */
    request(request: ScriptRequest): ScriptAnswer {
      const { host } = request
      const life = lives.lifeOf(host.name)
      const known = lives.known(host)
      const running = isRunning(life)
      if (!known.due && !running) return { kind: 'local', reason: `${host.name} ${known.why}` }
      if (!isMachine(request)) {
        if (!known.due) return { kind: 'local', reason: `${host.name} ${known.why}` }
        return { kind: 'forbidden', reason: notItsOwn(host) }
      }
      try {
        if (!running) return host.menu ? { kind: 'menu', reason: known.why } : netboot(request)
        const id = memory.hosts.get(host.name)?.install
        const install = id === undefined ? undefined : memory.installs.get(id)
        return install ? deliver(install, request) : { kind: 'local', reason: known.why }
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        memory.record({ host: host.name, kind: 'script', text: `no script: ${why}` })
        return { kind: 'local', reason: `no script for ${host.name}: ${why}` }
      }
    },

    /** Resolves when what a due host boots was verified, at most after a minute; undefined: at once. */
    verified(host: Host | undefined): Promise<void> | undefined {
      const due = host && lives.known(host).due
      if (!due) return undefined
      const id = isRunning(lives.lifeOf(host.name))
        ? memory.hosts.get(host.name)?.install
        : undefined
      const checked = id === undefined ? host.profile?.checksums : true
      const spec =
        id === undefined ? checked && takeSpec(host, {}, deps) : memory.installs.get(id)?.spec
      if (!spec || 'refused' in spec || !isUnverified(spec, deps)) return undefined
      return Promise.race([verified(spec, deps), sleep(longestVerify, undefined, { ref: false })])
    },

    /** What the script of a due host would say; nothing is counted, and its token is none. */
    preview(request: Omit<ScriptRequest, 'loader'>): ScriptPreview {
      const { host, mac, address, place } = request
      if (!isMachine(request)) return { kind: 'forbidden', reason: notItsOwn(host) }
      const id = isRunning(lives.lifeOf(host.name))
        ? memory.hosts.get(host.name)?.install
        : undefined
      const install = id === undefined ? undefined : memory.installs.get(id)
      const spec = install?.spec ?? takeSpec(host, {}, deps)
      if ('refused' in spec) return { kind: 'local', reason: spec.refused }
      const number = lives.lifeOf(host.name).attempt + 1
      const boot = { token: 'TOKEN', number, mac, address, ...(install && { install: install.id }) }
      try {
        return { kind: 'boot', ...prepareAttempt(spec, boot, place, deps.render) }
      } catch (error) {
        return { kind: 'local', reason: error instanceof Error ? error.message : String(error) }
      }
    },

    /** Why a host could not boot what its profile says now; undefined when it could. */
    blocked(host: Host): string | undefined {
      if (!host.profile) return undefined
      const spec = takeSpec(host, {}, deps)
      if ('refused' in spec) return spec.refused
      const doubt = doubtOf(spec, deps)
      return doubt && sentenceOf(doubt.why)
    },

    /** A DISCOVER of its firmware or iPXE: a new boot has begun. */
    discovered(name: string): void {
      freshNetboots.add(name)
      lives.apply(name, { kind: 'discovered' })
    },

    heard(name: string): void {
      lastRequest.set(name, deps.now())
    },
  }
}

function notItsOwn({ name }: Host): string {
  return `${name} is due, and this address is not known to be its own`
}

export type Scripts = ReturnType<typeof createScripts>
