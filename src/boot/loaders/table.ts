import type { Asker } from './asker.ts'
import { autoexec } from './autoexec.ts'
import { grub } from './grub.ts'
import { ipxe } from './ipxe.ts'
import type { LoaderKind } from './kind.ts'
import { noSuchFile } from './no-such-file.ts'
import { pxelinux } from './pxelinux.ts'

/** Every kind of loader, by the name that the config has for it. The first that knows a file has it. */
const loaders = { ipxe, pxelinux, grub } satisfies Record<string, LoaderKind>

/** What is asked for like a config, and is no loader of its own. */
const kinds: readonly LoaderKind[] = [...Object.values(loaders), autoexec]

/** The kinds that a loader may be said to be of. */
export type Speaks = keyof typeof loaders

export const speaks = Object.keys(loaders) as readonly Speaks[]

export function kindOf(name: Speaks): LoaderKind {
  return loaders[name]
}

/** What kind of loader a file is, by its name: iPXE, unless it looks like another. */
export function speaksOf(file: string): Speaks {
  return speaks.find(name => loaders[name].isLoader(file)) ?? 'ipxe'
}

/** Whose config a name is, and who asks by it. */
export function configOf(name: string): { kind: LoaderKind; asker: Asker } | undefined {
  for (const kind of kinds) {
    const asker = kind.asker(name)
    if (asker) return { kind, asker }
  }
  return undefined
}

/** Whether it is only tried whether there is such a file, or firmware is sent to its disk by it. */
export function isProbe(name: string): boolean {
  return name === noSuchFile || kinds.some(kind => kind.isProbe(name))
}
