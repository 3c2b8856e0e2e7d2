import type { ImageKind } from '../script.ts'
import type { Nothing } from './file.ts'

/** Why an install cannot be asked for, or a profile cannot be booted as it is now. */
export interface SpecReasons {
  /** It is a reservation only. */
  'no-profile': { readonly host: string }
  /** Vars that the profile requires and that nobody gives. */
  'vars-missing': {
    readonly host: string
    readonly profile: string
    readonly vars: readonly string[]
  }
  /** A var was given for this install that nothing reads; `used` are those that something does. */
  'var-unused': {
    readonly profile: string
    readonly name: string
    readonly used: readonly string[]
  }
  /** A program that is not on this machine, by its name. */
  'no-program': { readonly program: string }
  /** Nobody has built the agent, or it is not whole. */
  'no-agent': Nothing
  /** `what`: the key of the profile that names the file. */
  'no-asset': { readonly what: ImageKind | 'initrd' | 'image'; readonly path: string }
  'no-answer-file': { readonly name: string; readonly path: string }
  'booted-always': { readonly profile: string }
  'never-asked': { readonly profile: string }
  /** Names of files that a folder of boot media does not have. */
  'media-incomplete': { readonly folder: string; readonly missing: readonly string[] }
  /** What a file of boot media should say of the kernel's arguments, and does not. */
  'media-without-arguments': { readonly file: string; readonly wanted: string }
  /** A kernel that is shorter than its own header says, in bytes. */
  'kernel-cut': { readonly name: string; readonly bytes: number; readonly needs: number }
  'media-being-written': { readonly folder: string }
  /** Nobody has looked what an image for a disk becomes when it is unpacked. */
  'image-not-measured': { readonly path: string }
  /** It was exchanged since. Sizes are bytes. */
  'image-other-size': { readonly path: string; readonly bytes: number; readonly measured: number }
}
