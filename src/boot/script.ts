/** A Linux kernel. Attempts of all versions keep it without a kind. */
export interface KernelImage {
  readonly kind?: undefined
  readonly kernel: string
  readonly initrd: readonly string[]
  /** Complete, with `bootwright=` and `BOOTIF=`; without the loader's own `initrd=` names. */
  readonly cmdline: string
}

/** A UEFI program, such as a kernel with its initrd in one file (UKI), and its arguments. */
export interface EfiImage {
  readonly kind: 'efi'
  readonly program: string
  readonly args: string
}

/** A disc that the machine reads piece by piece over HTTP. */
export interface IsoImage {
  readonly kind: 'iso'
  readonly url: string
}

/** Windows PE: wimboot, its arguments, and what it finds beside itself by these names. */
export interface WimImage {
  readonly kind: 'wim'
  readonly wimboot: string
  readonly args: string
  readonly files: readonly { readonly name: string; readonly url: string }[]
}

/** One boot as every loader's config needs it: what to fetch, by its URLs, and what to tell it. */
export type BootImage = KernelImage | EfiImage | IsoImage | WimImage

/** By the keys of the profile. */
export type ImageKind = 'kernel' | NonNullable<BootImage['kind']>

/** Who sits at the machine chooses; after so many seconds without a word it boots its disk. */
export interface MenuContent {
  readonly kind: 'menu'
  readonly title: string
  readonly seconds: number
  /** By name; the ending of the URL is the loader's own. */
  readonly entries: readonly { readonly name: string; readonly url: string }[]
  readonly others?: Others
}

/** URLs without a path of servers that have the same, to go on with when one does not answer. */
export type Others = readonly string[]

/** What a machine is told to do next, in no loader's language yet. `title` and `reason` are shown on its screen. */
export type BootContent =
  | MenuContent
  | {
      readonly kind: 'boot'
      readonly title: string
      readonly image: BootImage
      readonly others?: Others
    }
  | { readonly kind: 'local'; readonly reason: string }

/** What an iPXE script says; `find` asks the machine who it is. */
export type ScriptContent =
  | BootContent
  | { readonly kind: 'find'; readonly url: string; readonly others?: Others }

/** What is told to a machine that is sent to its disk. */
export function toDisk(reason: string): BootContent {
  return { kind: 'local', reason: `Disk: ${reason}` }
}
