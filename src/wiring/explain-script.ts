import { existsSync } from 'node:fs'
import type { Arch } from '../boot/arch.ts'
import { decide, type KnownHost, loaderOf, speaksIn } from '../boot/decide.ts'
import type { Network } from '../boot/host.ts'
import { kindOf, type Speaks } from '../boot/loaders/table.ts'
import { type BootContent, toDisk } from '../boot/script.ts'
import { waysOf } from '../boot/ways.ts'
import { renderText } from '../config/template.ts'
import { prepareAttempt } from '../install/prepare.ts'
import { takeSpec } from '../install/spec.ts'
import { createPublished } from '../system/published.ts'
import { type Mac, unspecified } from '../wire/address.ts'
import type { World } from './world.ts'

/** The machine that is asked about. */
interface Asked {
  readonly mac: Mac
  readonly arch: Arch
}

/** What its loader asks for, as far as is known without its DHCP. */
export function speaksFor(asked: Asked, network: Network, world: World): Speaks {
  const file = fileFor(asked, network, world)
  return file === undefined ? 'ipxe' : speaksIn(world.site(network), file)
}

/** Its script, or the config that its loader asks for, and why it is told that. */
export function scriptOf(
  asked: Asked,
  known: KnownHost | undefined,
  network: Network,
  world: World,
): string {
  const { mac } = asked
  const client = { mac, stage: 'script', arch: 'unknown', capable: true } as const
  const answer = decide(client, known, world.site(network))
  const why = `why: ${answer.reason}\n`
  if (answer.kind === 'none') return `${why}404\n`
  const content = answer.kind === 'local' ? toDisk(answer.reason) : bootOf(mac, network, world)
  if (typeof content === 'string') return `${why}no script: ${content}\n`
  const kind = kindOf(speaksFor(asked, network, world))
  return why + kind.render(content, kind.transport(fileFor(asked, network, world)))
}

function fileFor({ mac, arch }: Asked, network: Network, world: World): string | undefined {
  const host = world.hostOf(mac)
  const client = { mac, arch: host?.arch ?? arch }
  return loaderOf(client, host ? waysOf(host) : {}, world.site(network))
}

/** The boot with stand-ins for what only a real one has, or the sentence that says why there is none. */
function bootOf(mac: Mac, network: Network, world: World): BootContent | string {
  const unknown = world.unknownHosts(network)
  const stranger = unknown.kind === 'profile' && { profile: unknown.profile }
  const booted = world.hostOf(mac) ?? {
    name: mac,
    nics: [{ mac }],
    tags: [],
    vars: {},
    ...stranger,
  }
  const { assets } = world.config()
  if (!existsSync(assets)) return `there is no folder ${assets}`
  const spec = takeSpec(booted, {}, createPublished(assets))
  if ('refused' in spec) return spec.refused
  const boot = { install: 'INSTALL', number: 1, token: 'TOKEN', mac, address: unspecified }
  const { title, image } = prepareAttempt(spec, boot, world.place(network), renderText)
  return { kind: 'boot', title, image }
}
