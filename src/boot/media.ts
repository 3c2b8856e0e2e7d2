import type { MediaFolder } from './host.ts'
import type { Reason } from './reason.ts'

/** What a folder of boot media says. Paths are absolute, in the folder that the configured one leads to. */
export interface Media {
  readonly kernel: string
  readonly initrd: string
  /** The file that tells the kernel's arguments. */
  readonly told: string
  /** A static kexec that came along. */
  readonly kexec?: string
  /** `init=…` and kernel parameters. Empty when they are not there. */
  readonly cmdline: string
  /** What is missing or unusable. */
  readonly problem?: Reason
}

/** Reads the media of a folder as they are now. */
export type ReadMedia = (media: MediaFolder) => Media
