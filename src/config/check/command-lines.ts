import { basename, relative } from 'node:path'
import type { Arch } from '../../boot/arch.ts'
import { speaksIn } from '../../boot/decide.ts'
import type { Host, Profile } from '../../boot/host.ts'
import { joinWords, lossesOf } from '../../boot/loaders/command-line.ts'
import { ipxe } from '../../boot/loaders/ipxe.ts'
import type { LoaderKind } from '../../boot/loaders/kind.ts'
import { kindOf } from '../../boot/loaders/table.ts'
import type { BootImage } from '../../boot/script.ts'
import { type Subject, sharedMistakes } from '../booting-hosts.ts'
import type { LoaderRules } from '../loader-rules.ts'
import { networkNames } from '../template/context.ts'
import { needOf } from '../template/need.ts'
import { sampleContext } from '../template/sample-context.ts'
import { renderText, TemplateError } from '../template/template.ts'
import type { Mistake } from './mistake.ts'

interface CommandLineSettings {
  readonly loaders: LoaderRules
  readonly assets: string
  readonly httpPort: number
}

/** A loader that a machine may get. */
interface LoaderOption {
  readonly kind: LoaderKind
  readonly file?: string
  readonly arch?: Arch
}

/** Words of command lines that do not reach the kernel as the config says them. */
export function checkCommandLines(
  subjects: readonly Subject[],
  settings: CommandLineSettings,
): Mistake[] {
  const shared = sharedMistakes()
  const lost = oncePerNeed(settings)
  for (const { host, resolved } of subjects) {
    const { profile, layers } = resolved
    if (!profile || profile.kind === 'iso' || profile.kind === 'wim') continue
    const from = layers.from.get('cmdline') ?? ['profiles', profile.name]
    const path = layers.cmdline.at(-1)?.path ?? from
    for (const message of lost(host, profile)) shared.add(path, message, host.name)
  }
  return shared.mistakes('warning')
}

/** Hosts that are alike in what their command line is made of share one rendering. */
function oncePerNeed(settings: CommandLineSettings) {
  const known = new Map<
    string,
    { need: (context: object) => string; lost: Map<string, string[]> }
  >()
  return (host: Host, profile: Profile): readonly string[] => {
    const { cmdline } = profile
    const entry = known.get(cmdline) ?? { need: needOf(cmdline), lost: new Map() }
    known.set(cmdline, entry)
    const context = sampleContext(host, sampleNetwork, settings.httpPort)
    const loaders = [host.arch, host.loader ?? profile.loader, profile.kind, ...profile.initrd]
    const key = [entry.need(context), profile.kernel, ...loaders].join('\0')
    const lost = entry.lost.get(key) ?? lossesFor(host, profile, context, settings)
    entry.lost.set(key, lost)
    return lost
  }
}

function lossesFor(
  host: Host,
  profile: Profile,
  context: ReturnType<typeof sampleContext>,
  settings: CommandLineSettings,
): string[] {
  const text = rendered(profile.cmdline, context)
  if (text === undefined) return []
  const { phoneHome, server, host: named } = context
  const ours = [`bootwright=${phoneHome}`, `BOOTIF=01-${named.mac.replaceAll(':', '-')}`]
  const { line, leftOut } = joinWords(ours, text)
  const urlOf = (path: string) => `${server.url}/assets/${relative(settings.assets, path)}`
  const image: BootImage =
    profile.kind === 'efi'
      ? { kind: 'efi', program: urlOf(profile.kernel), args: line }
      : { kernel: urlOf(profile.kernel), initrd: profile.initrd.map(urlOf), cmdline: line }
  const initrds = profile.initrd.map(path => basename(path))
  const all = doorsOf(host, profile, settings.loaders).flatMap(({ kind, file, arch }) =>
    lossesOf({ image, leftOut, initrds }, kind, kind.transport(file), arch),
  )
  return [...new Set(all)]
}

/** What does not render is told of elsewhere. */
function rendered(template: string, context: object): string | undefined {
  try {
    return renderText(template, context)
  } catch (error) {
    if (error instanceof TemplateError) return undefined
    throw error
  }
}

const sampleNetwork = networkNames({})

/** Where the config names no loader, it is iPXE. */
function doorsOf(host: Host, profile: Profile, loaders: LoaderRules): LoaderOption[] {
  const doorOf = (file: string, arch?: Arch): LoaderOption => ({
    ...{ file, kind: kindOf(speaksIn({ rules: loaders }, file)) },
    ...(arch !== undefined && { arch }),
  })
  const own = host.loader ?? profile.loader
  if (own !== undefined) return [doorOf(own, host.arch)]
  const archs = host.arch === undefined ? [...loaders.keys()] : [host.arch]
  const named = archs.flatMap(arch =>
    (loaders.get(arch) ?? []).map(({ file }) => doorOf(file, arch)),
  )
  return [...named, { kind: ipxe, ...(host.arch !== undefined && { arch: host.arch }) }]
}
