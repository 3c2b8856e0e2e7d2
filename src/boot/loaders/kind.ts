import type { Reason } from '../reason.ts'
import { type BootContent, type BootImage, type ImageKind, toDisk } from '../script.ts'
import { sentenceOf } from '../words/reason.ts'
import type { Asker } from './asker.ts'

/** How a loader fetches kernel and initrd. */
export type Transport = 'tftp' | 'http'

/** What can be booted by whoever asks. */
export interface Abilities {
  /** As people call it. */
  readonly name: string
  readonly boots: readonly ImageKind[]
  /** Somebody can choose there. */
  readonly menus: boolean
  /** A system that runs already: that it asks is no boot of the machine. */
  readonly running?: true
}

/** A kind of loader: its files, the names of its config, and how that is written. */
export interface LoaderKind extends Abilities {
  /** What it asks for, as the timeline says it. */
  readonly asks: string
  /** Whether a loader of this file name is of this kind. */
  readonly isLoader: (file: string) => boolean
  /** Who asks by a name, in its plain form without a leading slash; undefined: no name of its config. */
  readonly asker: (name: string) => Asker | undefined
  /** Names that it tries and can do without. */
  readonly isProbe: (name: string) => boolean
  /** How this file of its kind fetches kernel and initrd. */
  readonly transport: (file: string | undefined) => Transport
  /** A refusal, where it runs what comes with an error as if it were its config (GRUB 2.06, by HTTP). */
  readonly refusal?: (reason: string) => string
  /** The words of a command line that it changes or takes for its own, however they are written. */
  readonly spoils: (words: readonly string[]) => readonly string[]
  /** What the kernel is given of an image; undefined where that has no command line. */
  readonly kernelLine: (image: BootImage, transport: Transport) => string | undefined
  /** A command line that is too long for the kernel is not cut: nothing is booted. */
  readonly refusesLong?: true
  /** The same bytes for the same content. */
  readonly render: (content: BootContent, transport: Transport) => string
}

/** Why a profile of a kind cannot be booted; undefined where it can. */
export function unbootable(kind: ImageKind, { name, boots }: Abilities): Reason | undefined {
  return boots.includes(kind) ? undefined : { code: 'cannot-boot', loader: name, kind }
}

/** What is told to a machine whose loader cannot boot what its profile says. */
export function toDiskUnbootable(
  { title, image }: Extract<BootContent, { readonly kind: 'boot' }>,
  abilities: Abilities,
): BootContent {
  const why = unbootable(image.kind ?? 'kernel', abilities)
  return toDisk(why ? sentenceOf(why) : title)
}

/** The URL of a file of ours as the name that TFTP knows it by. */
export function tftpName(url: string): string {
  return url.replace(/^https?:\/\/[^/]*\//, '')
}
