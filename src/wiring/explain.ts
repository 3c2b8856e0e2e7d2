import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Arch, archs, typesOfArch } from '../boot/arch.ts'
import { type Stage, stages } from '../boot/client.ts'
import { decide } from '../boot/decide.ts'
import { type ForeignServer, foreignLines, foreignServers } from '../boot/foreign.ts'
import type { Host, Network } from '../boot/host.ts'
import { type HostState, hostStates, idle, isDue } from '../boot/life.ts'
import { renderScript } from '../boot/loaders/ipxe.ts'
import { toDisk } from '../boot/script.ts'
import type { Config } from '../config/config.ts'
import { readMedia } from '../config/media.ts'
import { renderText } from '../config/template.ts'
import { describe } from '../dhcp/describe.ts'
import { handle } from '../dhcp/handle.ts'
import { createOffers, type LeaseBook } from '../dhcp/lease.ts'
import { prepareAttempt } from '../install/prepare.ts'
import { takeSpec } from '../install/spec.ts'
import { createDigests } from '../system/digests.ts'
import { settle } from '../system/interfaces.ts'
import { createPublished } from '../system/published.ts'
import { formatIpv4, type Ipv4, type Mac, parseMac, unspecified } from '../wire/address.ts'
import { createAddressSet } from '../wire/address-set.ts'
import { bootDiscover } from './boot-discover.ts'
import { createWorld, type World } from './world.ts'

export const usage = `usage: bootwright explain --config FILE --mac M [--arch A] [--stage S] [--state X] [--whole]
       bootwright explain --config FILE --dhcp dnsmasq|kea|isc

What a client would be told, and why. Nothing is sent.
  --arch    ${archs.join(', ')} (default bios)
  --stage   ${stages.join(', ')} (default firmware)
  --state   ${hostStates.join(', ')} (default idle)
  --whole   the whole boot: firmware, iPXE and script
  --dhcp    prints the lines for a DHCP server that is not Bootwright
`

const nothing = createAddressSet()
const noLeases: LeaseBook = {
  byMac: () => undefined,
  byAddress: () => undefined,
  known: () => nothing,
  held: () => nothing,
  ended: () => [],
}

/** What is asked, read from the command line. */
interface Question {
  readonly mac: Mac
  readonly arch: Arch
  readonly stage: Stage
  readonly state: HostState
}

/** What it takes on the command line. */
export const options = {
  config: { type: 'string' },
  mac: { type: 'string' },
  arch: { type: 'string' },
  stage: { type: 'string' },
  state: { type: 'string' },
  dhcp: { type: 'string' },
  whole: { type: 'boolean' },
} as const

/** The text of an explanation, or the sentence that says what is wrong with the question. */
export function explain(
  argv: readonly string[],
  config: Config,
): { text: string } | { wrong: string } {
  const { values } = parseArgs({ args: [...argv], options })
  const world = createWorld(config)
  if (values.dhcp !== undefined) return foreign(values.dhcp, world)
  const question = readQuestion(values)
  if ('wrong' in question) return question
  const network = networkFor(world)
  const walked: readonly Stage[] = values.whole
    ? [question.stage === 'http-firmware' ? 'http-firmware' : 'firmware', 'ipxe', 'script']
    : [question.stage]
  const parts = walked.map(stage => answerAt({ ...question, stage }, network, world))
  const missing = world.missingLoaders().map(line => `warning: ${line}\n`)
  return { text: [...missing, ...parts].join('\n') }
}

function readQuestion(values: {
  mac?: string | undefined
  arch?: string | undefined
  stage?: string | undefined
  state?: string | undefined
}): Question | { wrong: string } {
  const { arch = 'bios', stage = 'firmware', state = 'idle' } = values
  const mac = parseMac(values.mac ?? '')
  const oneOf = <T extends string>(name: string, all: readonly T[], value: string) =>
    all.find(known => known === value) ?? {
      wrong: `--${name} ${value}: it is one of ${all.join(', ')}`,
    }
  if (!mac) return { wrong: 'explain needs --mac, such as 52:54:00:12:34:56' }
  const found = [
    oneOf('arch', archs, arch),
    oneOf('stage', stages, stage),
    oneOf('state', hostStates, state),
  ]
  for (const one of found) if (typeof one === 'object') return one
  return { mac, arch: arch as Arch, stage: stage as Stage, state: state as HostState }
}

/** The first network; where its interface is not on this machine, with an example address. */
function networkFor(world: World): Network {
  const [settled] = world.networks()
  if (settled) return settled
  const [settings] = world.config().networks
  if (!settings) throw new Error('a config has at least one network')
  const address = 0xc0000201 as Ipv4
  const example = {
    interface: 'example',
    address: settings.serverAddress ?? address,
    prefix: 24,
    loopback: false,
  }
  const { interface: _, ...rest } = settings
  const made = settle({ ...rest, serverAddress: example.address }, [example])
  if (!made.ok) throw new Error(made.waits)
  return made.network
}

function answerAt(question: Question, network: Network, world: World): string {
  const { mac, state, stage, arch } = question
  const host = world.hostOf(mac)
  const why = `is ${state}`
  const always = host?.profile?.boot === 'always' && !isDue({ ...idle, state })
  const due =
    isDue({ ...idle, state }) || (always && ['idle', 'installed', 'failed'].includes(state))
  const known = host && { name: host.name, due, why: always ? 'netboots at every boot' : why }
  const head = `== ${stage} (${arch}), ${host ? `host ${host.name} in state ${state}` : 'not a host'}, network ${network.name}\n`
  if (stage === 'script') return head + scriptText(question, host, known, network, world)

  const packet = bootDiscover({
    mac,
    stage,
    arch,
    type: typesOfArch(arch, stage === 'http-firmware')[0],
  })
  const outcome = handle(
    packet,
    {
      network,
      broadcast: true,
      port: 'dhcp',
      source: { address: unspecified, port: 68 },
      serverPort: 67,
    },
    {
      networks: () => [network],
      host: () => (host && known ? { host, known } : undefined),
      site: world.site,
      reservedFor: world.reservedFor,
      reserved: world.reserved,
      leases: noLeases,
      offers: createOffers(),
      httpPort: world.config().http.port,
    },
    Date.now(),
  )
  const why2 = `why: ${outcome.reason}\n`
  if (outcome.kind === 'none') return `${head}${why2}no reply\n`
  return `${head}${why2}reply to ${formatIpv4(outcome.to.address)}:${outcome.to.port}\n${describe(outcome.reply)}\n`
}

function scriptText(
  { mac }: Question,
  host: Host | undefined,
  known: Parameters<typeof decide>[1],
  network: Network,
  world: World,
): string {
  const answer = decide(
    { mac, stage: 'script', arch: 'unknown', capable: true },
    known,
    world.site(network),
  )
  const why = `why: ${answer.reason}\n`
  if (answer.kind === 'none') return `${why}404\n`
  if (answer.kind === 'local') return why + renderScript(toDisk(answer.reason))
  const unknown = world.unknownHosts(network)
  const booted = host ?? {
    name: mac,
    nics: [{ mac }],
    tags: [],
    vars: {},
    ...(unknown.kind === 'profile' && { profile: unknown.profile }),
  }
  const assets = world.config().assets
  if (!existsSync(assets)) return `${why}no script: there is no folder ${assets}\n`
  const spec = takeSpec(
    booted,
    {},
    { ...createPublished(assets), readMedia, digests: createDigests() },
  )
  if ('refused' in spec) return `${why}no script: ${spec.refused}\n`
  const boot = { install: 'INSTALL', number: 1, token: 'TOKEN', mac, address: unspecified }
  const { title, image } = prepareAttempt(spec, boot, world.place(network), renderText)
  return why + renderScript({ kind: 'boot', title, image })
}

function foreign(name: string, world: World): { text: string } | { wrong: string } {
  const server = foreignServers.find(known => known === name) as ForeignServer | undefined
  if (!server) return { wrong: `--dhcp ${name}: it is one of ${foreignServers.join(', ')}` }
  const network = networkFor(world)
  const text = foreignLines(server, {
    serverAddress: formatIpv4(network.serverAddress),
    httpPort: world.config().http.port,
    loaders: world.site(network).loaders,
  })
  return { text }
}
