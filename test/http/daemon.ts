import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { computerClock } from '../../src/base/clock.ts'
import type { Host } from '../../src/boot/host.ts'
import type { ReasonOf } from '../../src/boot/reason.ts'
import { sentenceOf } from '../../src/boot/words/reason.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { readMedia } from '../../src/config/media.ts'
import { renderText } from '../../src/config/template/template.ts'
import { usedVars } from '../../src/config/template/vars.ts'
import { createArrivals } from '../../src/daemon/arrivals.ts'
import { openConsoles } from '../../src/daemon/consoles.ts'
import { createDrain } from '../../src/daemon/drain.ts'
import { httpDeps } from '../../src/daemon/http-deps.ts'
import { openPower } from '../../src/daemon/power.ts'
import type { Token } from '../../src/http/api/tokens.ts'
import { buildApp } from '../../src/http/app.ts'
import { createInstaller, type Installer, type InstallerDeps } from '../../src/install/installer.ts'
import { createMoves } from '../../src/install/move.ts'
import { createProgress } from '../../src/install/progress.ts'
import { createLogins } from '../../src/install/ssh/logins.ts'
import { sendWebhook } from '../../src/install/webhook.ts'
import { createChanges } from '../../src/record/changes.ts'
import { createMeasure } from '../../src/record/measure.ts'
import { createWitness } from '../../src/record/recorders.ts'
import { sawScript } from '../../src/record/seen-script.ts'
import { createTimeline, type Timeline } from '../../src/record/timeline.ts'
import { openMemory } from '../../src/store/memory.ts'
import { createDigests } from '../../src/system/digests.ts'
import { createPublished } from '../../src/system/published.ts'
import { newId, newToken } from '../../src/system/secrets.ts'
import type { Mac } from '../../src/wire/address.ts'
import { formatIpAddress, type IpAddress } from '../../src/wire/ip-address.ts'
import { createRouterWatch } from '../../src/world/routers.ts'
import { createWorld, type World } from '../../src/world/world.ts'
import { makeFolder } from '../folder.ts'
import { identifyBy } from '../install/identify.ts'

export const start = Date.UTC(2026, 10, 20, 12)
export const token = 'a-token-of-the-tests'
export const readToken = 'a-token-that-only-looks'
/** The address of node1; everybody else is a stranger. */
export const own = '127.0.0.20'
export const stranger = '127.0.0.66'
export const mac = '52:54:00:12:34:56' as Mac

const yaml = `
dataDir: data
assets: assets
networks: { lan: { interface: lo, mode: MODE } }
profiles:
  debian:
    kernel: linux
    initrd: [initrd.gz]
    cmdline: url={{ files.preseed }}
    files: { preseed: preseed }
    ask: manual
  diskless: { kernel: linux, boot: always }
  broken: { kernel: nowhere }
  eager: { kernel: linux, ask: first-boot }
hosts:
  node1: { mac: "${mac}", profile: debian, tags: [lab, red] }
  node2: { mac: "52:54:00:12:34:57", profile: debian, tags: [lab] }
  rack-a: { mac: "52:54:00:12:34:58", profile: diskless }
  printer: { mac: "52:54:00:12:34:59" }
  poor: { mac: "52:54:00:12:34:5a", profile: broken }
  fresh: { mac: "52:54:00:12:34:5b", profile: eager }
`

interface Setting {
  readonly mode?: string
  readonly profiles?: string
  /** In place of the usual config. */
  readonly config?: string
  /** More of the assets folder. */
  readonly files?: Extract<Parameters<Test['testdir']>[0], object>
  /** Whose an address is. */
  readonly owners?: ReadonlyMap<string, Mac>
}

/** Writes the config and its files, and reads it. */
function readConfig(
  t: Test,
  { mode, profiles, whole, files, more }: Required<Omit<Setting, 'config' | 'owners'>> & Texts,
) {
  const folder = makeFolder(t, {
    assets: { linux: 'kernel', 'initrd.gz': 'initrd', ...files },
    preseed: 'd-i for {{ host.name }}\n',
    'config.yaml':
      whole.replace('MODE', mode).replace('profiles:\n', `profiles:\n  ${profiles}\n`) + more,
  })
  const { config, problems } = loadConfig(join(folder, 'config.yaml'))
  if (!config) throw new Error(problems.map(({ message }) => message).join('\n'))
  return { config, folder }
}

interface Texts {
  readonly whole: string
  readonly more: string
}

const noDeeds = { wake: async () => {}, takeOver: async () => undefined }

/** The HTTP door over a real store and config, without a socket; `more` is added to the config. */
export async function startHttp(
  t: Test,
  more = '',
  { mode = 'proxy', profiles = '', config: whole = yaml, files = {}, owners }: Setting = {},
) {
  const { config, folder } = readConfig(t, { mode, profiles, whole, files, more })
  mkdirSync(config.dataDir, { recursive: true })
  const world = createWorld(config)
  const clock = { now: start }
  const now = () => clock.now
  const memory = await openMemory(world.config)
  const published = createPublished(config.assets)
  const macsOf = (address: IpAddress) => {
    const owner = (owners ?? new Map([[own, mac]])).get(formatIpAddress(address))
    return owner === undefined ? [] : [owner]
  }
  const specDeps = {
    publish: published.publish,
    publishTogether: published.publishTogether,
    readMedia,
    usedVars,
    digests: createDigests(),
    lackOf: () => undefined,
    mediumOf: () => ({ url: 'http://10.77.0.1:8080/assets/media.iso' }),
  }
  const installer = installerOf({
    ...{ config, world, memory, now, specDeps, macsOf },
    seen: script => sawScript(timeline, script),
  })
  const { lives, scripts, downloads, outbox } = installer
  const log = pino({ level: 'silent' })
  const progress = createProgress(now)
  const changes = createChanges()
  const witness = createWitness(world, memory, macsOf, Date.now)
  const told = { progress, changes, log, macsOf, requests: () => {}, isElsewhere: () => false }
  const seen = { ...witness, scripts, downloads, ...told }
  const timeline: Timeline = createTimeline({ world, memory, now: Date.now, ...seen })
  const measure = createMeasure(memory)
  const made = { published, specDeps, timeline, measure, macsOf, ...witness }
  const parts = { world, memory, ...installer, ...made }
  const held: ReasonOf<'other-servers'>[] = []
  const unready = () => held.map(sentenceOf)
  const tokens: Token[] = [
    { name: 'admin', scope: 'admin', value: token },
    { name: 'wall', scope: 'read', value: readToken },
  ]
  const about = { progress, changes, now, log, unready, held: () => held }
  const wired = {
    ...{ ...parts, ...about },
    ...{ version: '1.2.3', startedAt: start, tokens: () => tokens },
    ...{
      wakeOutbox: outbox.wake,
      rivals: () => [],
      routers: createRouterWatch({ world, log }),
      drain: createDrain(memory),
      ...createArrivals({ ...parts, config: world.config, log, wall: Date.now }),
    },
    power: openPower(world, changes.tell, noDeeds),
    consoles: openConsoles({ world, memory, log, clock: computerClock }),
    reload: { run: async () => ({ hosts: config.hosts.size, warnings: [] }), notices: () => [] },
  }
  const app = await buildApp(httpDeps(wired))
  await app.ready()
  t.teardown(async () => {
    await app.close()
    await outbox.close()
    memory.close()
  })

  const hands = handsOf({ app, memory, lives, config, folder })
  return {
    ...{ app, memory, lives, scripts, clock, folder, wired, held, tokens, ...hands },
    strangerRing: witness.strangerRing,
    doors: timeline,
    hosts: config.hosts as Map<string, Host>,
  }
}

interface Insides {
  readonly config: Config
  readonly world: World
  readonly memory: Awaited<ReturnType<typeof openMemory>>
  now(): number
  readonly specDeps: Pick<
    InstallerDeps,
    'publish' | 'publishTogether' | 'readMedia' | 'usedVars' | 'digests' | 'lackOf' | 'mediumOf'
  >
  macsOf(address: IpAddress): Mac[]
  readonly seen: InstallerDeps['seen']
}

function installerOf({ config, world, memory, now, specDeps, macsOf, seen }: Insides): Installer {
  const complain = (error: unknown): never => {
    throw error
  }
  const installer: Installer = createInstaller({
    ...{
      memory,
      clock: computerClock,
      sendWebhook,
      now,
      newId,
      newToken,
      world,
      render: renderText,
      dataDir: config.dataDir,
    },
    ...{ ...specDeps, macsOf, identify: identifyBy(macsOf), lookAgain: async () => {}, seen },
    powerDue: () => {},
    ...createMoves({ world, memory, now }, { known: host => installer.lives.known(host) }),
    isSwitching: () => false,
    host: name => config.hosts.get(name),
    hostOf: world.hostOf,
    place: () => world.place(world.networks()[0]),
    addressesOf: () => [],
    whyNoTarget: () => undefined,
    logins: createLogins(join(config.dataDir, 'logins')),
    places: () => config.parallel,
    outputBound: () => 1000,
    failed: (_delivery, error) => complain(error),
    notSought: (_host, error) => complain(error),
  })
  return installer
}

interface Held {
  readonly app: FastifyInstance
  readonly memory: Insides['memory']
  readonly lives: Installer['lives']
  readonly config: Config
  readonly folder: string
}

/** What machines and people do. */
function handsOf({ app, memory, lives, config, folder }: Held) {
  const tokenOf = (name: string): string =>
    memory.installs.currentAttempt(name, memory.hosts.get(name)?.install)?.token ?? 'none'
  return {
    /** What a machine at this address asks. */
    ask: (url: string, from = own, method: 'GET' | 'HEAD' = 'GET') =>
      app.inject({ method, url, remoteAddress: from }),
    /** A phone home with the token of node1's attempt. */
    say: (query: string, more: InjectOptions = {}) => {
      const url = `/phone-home/${tokenOf('node1')}${query}`
      return app.inject({ method: 'POST', remoteAddress: own, ...more, url })
    },
    /** A request of the admin, from this machine. */
    admin: (
      method: 'GET' | 'POST' | 'PUT' | 'DELETE',
      path: string,
      body?: object,
      headers: object = {},
    ) =>
      app.inject({
        ...{ method, url: `/api/v1${path}`, remoteAddress: '127.0.0.1' },
        headers: { authorization: `Bearer ${token}`, ...headers },
        ...(body && { payload: body }),
      }),
    install(name = 'node1', profileName?: string) {
      const host = config.hosts.get(name)
      const profile = profileName === undefined ? undefined : config.profiles.get(profileName)
      const asked = host && lives.ask(host, profile ? { profile } : {}, profile !== undefined)
      if (!asked?.ok) throw new Error(asked && sentenceOf(asked.why))
      return asked.install
    },
    tokenOf,
    state: (name = 'node1') => lives.lifeOf(name).state,
    timeline: (name = 'node1', kind?: string) =>
      memory.events
        .newest(100, name)
        .filter(event => kind === undefined || event.kind === kind)
        .map(event => event.text),
    write: (file: string, text: string) => writeFileSync(join(folder, file), text),
  }
}
