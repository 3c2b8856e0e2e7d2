import { given } from '../base/given.ts'
import type { Path, Report } from './check/mistake.ts'
import { checkProxy } from './proxy.ts'
import type { RawHost } from './schema/host.ts'
import { profileKeys, type RawProfile } from './schema/profile.ts'

/** A piece of a command line and where it is written. */
export interface CmdlinePiece {
  readonly path: Path
  readonly text: string
}

export type ProfileKeys = Omit<RawProfile, 'extends' | 'cmdline' | 'cmdline!'>

/** The keys that say what to boot, of which one is enough. */
export const bootKeys = ['kernel', 'nixos', 'kexec', 'efi', 'iso', 'wim', 'image', 'erase'] as const

/** A profile with what it extends, and perhaps a host, laid over each other. */
export interface Layers {
  readonly keys: ProfileKeys
  readonly cmdline: readonly CmdlinePiece[]
  /** Where each key was written; entries of maps as `files.preseed`. */
  readonly from: ReadonlyMap<string, Path>
}

export const noLayers: Layers = { keys: {}, cmdline: [], from: new Map() }

/** Lays a profile, or what a host says better, over the layers below it. */
export function addLayer(below: Layers, raw: RawProfile, path: Path): Layers {
  const from = new Map(below.from)
  for (const [key, value] of Object.entries(raw)) {
    from.set(key, [...path, key])
    if (!isMapKey(key)) continue
    for (const inner of Object.keys(value)) from.set(`${key}.${inner}`, [...path, key, inner])
  }
  const { extends: _, cmdline, 'cmdline!': replacement, ...own } = raw
  return { keys: mergeKeys(below.keys, own), cmdline: mergeCmdline(below, raw, path), from }
}

/** What a host says that a profile could say too, without its vars. */
export function overridesOf(host: RawHost): RawProfile {
  const entries = Object.entries(host).filter(([key]) => Object.hasOwn(profileKeys, key))
  return Object.fromEntries(entries) as RawProfile
}

/** What contradicts itself within one layer. */
export function checkLayer(raw: RawProfile, path: Path, report: Report): void {
  const clash = (key: keyof RawProfile, message: string) => report([...path, key], message, true)
  checkProxy(raw.proxy, [...path, 'proxy'], report)
  const [first, ...more] = bootKeys.filter(key => raw[key] !== undefined)
  for (const key of more) {
    clash(key, `is something else to boot; write \`${first}\` or \`${key}\`, not both`)
  }
  if (raw.cmdline !== undefined && raw['cmdline!'] !== undefined) {
    clash('cmdline!', 'replaces what `cmdline` appends to; write one of them')
  }
  if (raw.boot === undefined || raw.boot === 'install' || raw.boot === 'menu') return
  for (const key of ['deploy', 'verify', 'login', 'expect', 'ask'] as const) {
    if (raw[key] === undefined || (key === 'ask' && raw.boot === 'once')) continue
    clash(key, `is for installs, and this profile is \`boot: ${raw.boot}\``)
  }
}

function mergeKeys(below: ProfileKeys, own: ProfileKeys): ProfileKeys {
  const inherited = bootKeys.some(key => own[key] !== undefined) ? withoutBoot(below, own) : below
  const merged: ProfileKeys = { ...inherited, ...own }
  if (below.files && own.files) merged.files = { ...below.files, ...own.files }
  if (below.seed && own.seed) merged.seed = { ...below.seed, ...own.seed }
  if (below.options && own.options) merged.options = { ...below.options, ...own.options }
  if (inherited.checksums && own.checksums) {
    merged.checksums = { ...inherited.checksums, ...own.checksums }
  }
  if (below.vars && own.vars) merged.vars = { ...below.vars, ...own.vars }
  if (below.ssh && own.ssh) merged.ssh = { ...below.ssh, ...own.ssh }
  if (below.expect && own.expect) merged.expect = { ...below.expect, ...own.expect }
  if (below.verify && own.verify) merged.verify = { ...below.verify, ...own.verify }
  return merged
}

/** Who boots something else inherits nothing of what was booted, but another kernel keeps its initrd. */
function withoutBoot(below: ProfileKeys, own: ProfileKeys): ProfileKeys {
  const { kernel, initrd, nixos, kexec, efi, iso, wim, image, erase, checksums, ...rest } = below
  return own.kernel === undefined ? rest : { ...rest, ...given('initrd', initrd) }
}

function mergeCmdline(below: Layers, raw: RawProfile, path: Path): readonly CmdlinePiece[] {
  const replacement = raw['cmdline!']
  if (replacement !== undefined) return piece(replacement, [...path, 'cmdline!'])
  return [...below.cmdline, ...piece(raw.cmdline ?? '', [...path, 'cmdline'])]
}

/** A command line is one line, however it is folded in the file. */
function piece(text: string, path: Path): CmdlinePiece[] {
  const line = text.trim().replace(/\s*\n\s*/g, ' ')
  return line === '' ? [] : [{ path, text: line }]
}

function isMapKey(key: string): boolean {
  return ['files', 'seed', 'vars', 'verify', 'checksums'].includes(key)
}
