import type { Arch } from '../arch.ts'
import type { BootImage } from '../script.ts'
import type { LoaderKind, Transport } from './kind.ts'
import { commandText } from './text.ts'

/** Words that Bootwright writes itself, or that loaders take for files of theirs. */
const reserved = /^(?:bootwright|BOOTIF|initrd)=/

/**
 * Bytes that reach a kernel: COMMAND_LINE_SIZE of its architecture, less its closing zero, which PXELINUX 6.04 and
 * GRUB 2.06 count twice: of one byte more the first boots nothing, the second leaves out the last word.
 */
const usualRoom = 2046
const largeRoom = 4095

/**
 * The words of a kernel's command line. Double quotes hold blanks together, as where the kernel itself
 * reads it (`next_arg` in lib/cmdline.c).
 */
export function wordsOf(line: string): string[] {
  return commandText(line).match(/(?:"[^"]*"?|[^\s"])+/g) ?? []
}

/**
 * A command line of ours and the operator's words: ours come first, because what is too long loses its
 * end, and because Debian's installer hands on what stands behind `---` to the installed system.
 * `initrd=` is left out, since PXELINUX would fetch that file in place of ours and the EFI stub looks
 * for it on the machine's own disk.
 */
export function joinWords(
  ours: readonly string[],
  operators: string,
): { readonly line: string; readonly leftOut: readonly string[] } {
  const words = wordsOf(operators)
  const kept = words.filter(word => !reserved.test(word))
  const leftOut = words.filter(word => reserved.test(word))
  return { line: [...ours, ...kept].join(' '), leftOut }
}

/** One boot, as far as it tells what becomes of its command line. */
export interface WrittenLine {
  readonly image: BootImage
  /** Words of the operator's that are not in it. */
  readonly leftOut: readonly string[]
  /** Names of the initrds that are loaded. */
  readonly initrds: readonly string[]
}

/** What does not reach the kernel as the config says it, by this loader, as sentences. */
export function lossesOf(
  { image, leftOut, initrds }: WrittenLine,
  kind: LoaderKind,
  transport: Transport,
  arch: Arch | undefined,
): string[] {
  const lost = leftOut.flatMap(word => whyLeftOut(word, initrds))
  const text = image.kind === undefined ? image.cmdline : image.kind === 'efi' ? image.args : ''
  const spoiled = kind
    .spoils(wordsOf(text))
    .map(word => `${kind.name} does not hand on \`${shown(word)}\` as it is written`)
  return [...lost, ...spoiled, ...tooLong(image, kind, transport, arch)]
}

function whyLeftOut(word: string, initrds: readonly string[]): string[] {
  const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(word) ?? []
  if (name !== 'initrd')
    return [`\`${shown(word)}\` is left out: Bootwright writes ${name}= itself`]
  if (value.split(',').every(file => initrds.includes(file))) return []
  return [
    `\`${shown(word)}\` is left out: some loaders would fetch that file in place of the profile's initrd`,
  ]
}

function tooLong(
  image: BootImage,
  kind: LoaderKind,
  transport: Transport,
  arch: Arch | undefined,
): string[] {
  const line = kind.kernelLine(image, transport)
  if (line === undefined) return []
  const bytes = new TextEncoder().encode(line)
  const room = roomOf(arch)
  if (bytes.length <= room) return []
  const size = `its command line has ${bytes.length} bytes by ${kind.name}, and the kernel keeps ${room}`
  if (kind.refusesLong) return [`${size}: nothing is booted`]
  const kept = new TextDecoder().decode(bytes.subarray(0, room))
  const [first = ''] = line.slice(kept.lastIndexOf(' ') + 1).split(' ')
  return [`${size}: lost from \`${shown(first)}\` on`]
}

function roomOf(arch: Arch | undefined): number {
  if (arch === undefined || arch === 'bios' || arch === 'unknown') return usualRoom
  const isUsual = /^(?:x64|ia32|arm64)-/.test(arch) || arch === 'rpi'
  return isUsual ? usualRoom : largeRoom
}

function shown(word: string): string {
  return word.length > 40 ? `${word.slice(0, 40)}…` : word
}
