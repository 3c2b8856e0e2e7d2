import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { amount } from '../../base/amount.ts'
import { type Arch, isEfi } from '../../boot/arch.ts'
import { speaksIn } from '../../boot/decide.ts'
import type { Host, Profile } from '../../boot/host.ts'
import { type LoaderKind, unbootable } from '../../boot/loaders/kind.ts'
import { kindOf } from '../../boot/loaders/table.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { type Subject, sharedMistakes } from '../booting-hosts.ts'
import type { LoaderRules } from '../loader-rules.ts'
import type { Mistake } from './mistake.ts'

const gibibyte = 2 ** 30

/** Below 4 GiB, and below the hole for devices, BIOS machines have about so much for kernel and initrd. */
const mostOnBios = 2 * gibibyte

/** Sizes are 32 bits wide in TFTP clients of loaders, and where the kernel unpacks an initrd. */
const mostOfFile = 4 * gibibyte

/** Profiles that cannot be booted by the loader or firmware of their hosts: those boot their disk. */
export function checkDoors(subjects: readonly Subject[], rules: LoaderRules): Mistake[] {
  const shared = sharedMistakes()
  const sizes = new Map<string, number>()
  const sizeOf = (path: string) => {
    const size = sizes.get(path) ?? bytesOf(path)
    sizes.set(path, size)
    return size
  }
  for (const { host, resolved } of subjects) {
    const { profile, layers } = resolved
    if (!profile) continue
    const doors = doorsOf(host, profile, rules)
    const key =
      profile.kind ?? profile.media?.form ?? (profile.initrd.length > 0 ? 'initrd' : 'kernel')
    const path = layers.from.get(key) ?? ['profiles', profile.name]
    for (const message of [
      ...new Set(doors.flatMap(door => notForLoader(profile, door))),
      ...notForFirmware(host, profile),
      ...tooLarge(host, profile, doors, sizeOf),
    ]) {
      shared.add(path, message, host.name)
    }
  }
  return shared.mistakes('warning')
}

/** A loader that machines get, as the config says. */
interface LoaderInUse {
  readonly file: string
  readonly kind: LoaderKind
  /** Whose loader it is, where it is not the host's or profile's own. */
  readonly arch?: Arch
}

function doorsOf(host: Host, profile: Profile, rules: LoaderRules): LoaderInUse[] {
  const doorOf = (file: string) => ({ file, kind: kindOf(speaksIn({ rules }, file)) })
  const own = host.loader ?? profile.loader
  if (own !== undefined) return [doorOf(own)]
  const archs = host.arch === undefined ? [...rules.keys()] : [host.arch]
  return archs.flatMap(arch =>
    (rules.get(arch) ?? [])
      .filter(({ macs }) => macs?.some(start => hasCard(host, start)) ?? true)
      .map(({ file }) => ({ ...doorOf(file), arch })),
  )
}

function hasCard({ nics }: Host, start: string): boolean {
  return nics.some(({ mac }) => mac.startsWith(start))
}

function notForLoader({ kind }: Profile, { file, kind: loader, arch }: LoaderInUse): string[] {
  const why = unbootable(kind ?? 'kernel', loader)
  const whose = arch === undefined ? '' : `, the loader of ${arch}`
  return why === undefined
    ? []
    : [`${sentenceOf(why)} (${file}${whose}): such machines boot their disk`]
}

function notForFirmware({ arch }: Host, { kind }: Profile): string[] {
  if (kind !== 'efi' || arch === undefined || isEfi(arch)) return []
  return [`\`efi\` needs UEFI, and this is ${arch}: it boots its disk`]
}

function tooLarge(
  { arch }: Host,
  { kind, kernel, initrd }: Profile,
  doors: readonly LoaderInUse[],
  sizeOf: (path: string) => number,
): string[] {
  if (kind === 'iso') return []
  const files = [kernel, ...initrd]
  const sum = files.reduce((all, path) => all + sizeOf(path), 0)
  const isBios = arch === undefined || arch === 'bios'
  const mayBeBios = isBios && kind !== 'efi'
  const bios = `has ${amount(sum)} to load, and BIOS machines have room for about 2 GB`
  const small = 'a small initrd that fetches the rest boots everywhere'
  const huge = files.filter(path => sizeOf(path) >= mostOfFile)
  const byTftp = doors.find(door => door.kind.transport(door.file) === 'tftp')
  const limit = byTftp
    ? `${byTftp.file} fetches it over TFTP, which ends at 4 GB`
    : 'a kernel unpacks no initrd of 4 GB or more'
  return [
    ...(mayBeBios && sum > mostOnBios ? [`${bios}; ${small}`] : []),
    ...huge.map(path => `${basename(path)} has ${amount(sizeOf(path))}, and ${limit}`),
  ]
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
