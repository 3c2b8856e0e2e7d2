import { basename, resolve } from 'node:path'
import type { EraseRule } from '../boot/agent-rules.ts'
import { packingOf } from '../boot/disk-image.ts'
import type { Profile } from '../boot/host.ts'
import { agentFiles } from './agent.ts'
import type { Report } from './check/mistake.ts'
import { defaults } from './defaults.ts'
import type { Layers, ProfileKeys } from './inheritance.ts'

/** What a profile boots that has no folder of boot media; undefined where it says nothing to boot. */
export function filesToBoot(
  { kernel, initrd, efi, iso, wim, image, erase, seed = {} }: ProfileKeys,
  { assets }: { readonly assets: string },
): Pick<Profile, 'kind' | 'kernel' | 'initrd' | 'image' | 'erase'> | undefined {
  const at = (path: string) => resolve(assets, path)
  if (efi !== undefined) return { kind: 'efi', kernel: at(efi), initrd: [] }
  if (iso !== undefined) return { kind: 'iso', kernel: at(iso), initrd: [] }
  if (wim !== undefined) {
    const { wimboot = defaults.profile.wimboot, files } = wim
    return { kind: 'wim', kernel: at(wimboot), initrd: files.map(at) }
  }
  const agent = {
    kernel: at(agentFiles.kernel),
    initrd: [at(agentFiles.initrd), at(agentFiles.writer)],
  }
  if (image !== undefined) return { ...agent, image: { path: at(image), seed: Object.keys(seed) } }
  if (erase !== undefined) return { ...agent, erase: eraseRule(erase) }
  if (kernel === undefined) return undefined
  const initrds = typeof initrd === 'string' ? [initrd] : (initrd ?? [])
  return { kernel: at(kernel), initrd: initrds.map(at) }
}

function eraseRule({
  disks = 'expected',
  method = 'auto',
  check = 'sampled',
}: NonNullable<ProfileKeys['erase']>): EraseRule {
  return { disks, method, check }
}

/** What a profile is by the key that says what it boots, where that is no kernel and initrd of its own. */
export type BootKind = 'nixos' | 'kexec' | 'image' | 'erase' | Profile['kind']

/** What does not go together with what is booted: a folder of boot media, the agent, or something that is no Linux. */
export function checkKind({ keys, from }: Layers, kind: BootKind, report: Report): void {
  if (kind === 'image') checkImage({ keys, from }, report)
  if (kind === 'image' || kind === 'erase') checkAgent({ keys, from }, kind, report)
  if (kind !== 'image' && keys.seed !== undefined) {
    report(from.get('seed') ?? [], 'lies beside an `image`, and there is none here', true)
  }
  if (kind === undefined || kind === 'image' || kind === 'erase') return
  if (keys.initrd !== undefined) {
    const why = `\`${kind}\` ${kind === 'nixos' || kind === 'kexec' ? 'brings its own initrd' : 'takes no initrd'}`
    report(from.get('initrd') ?? [], why, true)
  }
  if (kind === 'nixos' || kind === 'kexec') return
  if (keys.login === 'key') {
    report(from.get('login') ?? [], `key is given by one more initrd, and \`${kind}\` takes none`)
  }
  if (kind === 'iso' && (keys.boot ?? defaults.profile.boot) === 'install') {
    const why = 'cannot be told where to phone home, so its install would never end'
    report(from.get('iso') ?? [], `${why}; write \`boot: once\` or \`boot: always\``, true)
  }
  if (kind === 'wim') checkNames(keys.wim?.files ?? [], from.get('wim') ?? [], report)
}

/** What the agent cannot write. */
function checkImage({ keys, from }: Pick<Layers, 'keys' | 'from'>, report: Report): void {
  const { image = '' } = keys
  if (packingOf(image) === undefined) {
    const how = '`bootwright import FILE NAME` makes one of qcow2 and others'
    report(
      from.get('image') ?? [],
      `${basename(image)} is no .raw, .raw.gz, .raw.xz or .raw.zst: ${how}`,
    )
  }
}

/** What the agent does not take, or does by itself. */
function checkAgent(
  { keys, from }: Pick<Layers, 'keys' | 'from'>,
  kind: 'image' | 'erase',
  report: Report,
): void {
  const { boot = defaults.profile.boot } = keys
  const does = kind === 'image' ? '`image` is written' : '`erase` is done'
  if (boot !== 'install') {
    const why = 'what is done to a disk is an install, asked for each time'
    report(from.get('boot') ?? [], `${boot} does not go with \`${kind}\`: ${why}`, true)
  }
  for (const key of [
    'initrd',
    'deploy',
    'login',
    ...(kind === 'erase' ? ['verify'] : []),
  ] as const) {
    if (keys[key as 'initrd'] !== undefined)
      report(from.get(key) ?? [], `${does} by the agent, which takes none`, true)
  }
  if (keys.phoneHome === 'ssh') {
    report(from.get('phoneHome') ?? [], `${does} by the agent, which reports by messages`)
  }
}

/** wimboot tells its files apart by name, and its own command line by blanks. */
function checkNames(
  files: readonly string[],
  path: readonly (string | number)[],
  report: Report,
): void {
  const seen = new Set<string>()
  for (const [i, file] of files.entries()) {
    const name = basename(file).toLowerCase()
    const at = [...path, 'files', i]
    if (!/^[\w.-]+$/.test(name)) {
      report(at, `"${basename(file)}" has letters that Windows PE is not told; rename the file`)
    }
    if (seen.has(name))
      report(at, `there is another ${name} here; names are told apart without case`)
    seen.add(name)
  }
  if (![...seen].some(name => name.endsWith('.wim'))) {
    report([...path, 'files'], 'names no .wim, such as boot.wim')
  }
}
