/** One boot as every loader's config needs it: what to fetch and the kernel's command line. */
export interface BootImage {
  readonly kernel: string
  readonly initrd: readonly string[]
  /** Complete, with `bootwright=` and `BOOTIF=`; without the loader's own `initrd=` names. */
  readonly cmdline: string
}

/** What a machine is told to do next, in no loader's language yet. `title` and `reason` are shown on its screen. */
export type BootContent =
  | { readonly kind: 'boot'; readonly title: string; readonly image: BootImage }
  | { readonly kind: 'local'; readonly reason: string }

/** What an iPXE script says; `find` asks the machine who it is. */
export type ScriptContent = BootContent | { readonly kind: 'find'; readonly url: string }

/** What is told to a machine that is sent to its disk. */
export function toDisk(reason: string): BootContent {
  return { kind: 'local', reason: `Disk: ${reason}` }
}
