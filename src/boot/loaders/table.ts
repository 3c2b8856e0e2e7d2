import type { Asker } from './asker.ts'
import { autoexec } from './autoexec.ts'
import { grub } from './grub.ts'
import { ipxe } from './ipxe.ts'
import type { LoaderKind } from './kind.ts'
import { pxelinux } from './pxelinux.ts'

/** Every kind of loader. The first that knows a file or a name has it. */
const kinds = { pxelinux, autoexec, ipxe, grub } satisfies Record<string, LoaderKind>

/** The kinds that a loader may be said to be of. */
export type Speaks = 'ipxe' | 'pxelinux' | 'grub'

export const speaks: readonly Speaks[] = ['ipxe', 'pxelinux', 'grub']

export function kindOf(name: Speaks): LoaderKind {
  return kinds[name]
}

/** What kind of loader a file is, by its name: iPXE, unless it looks like another. */
export function speaksOf(file: string): Speaks {
  return speaks.find(name => kinds[name].isLoader(file)) ?? 'ipxe'
}

/** Whose config a name is, and who asks by it. */
export function configOf(name: string): { kind: LoaderKind; asker: Asker } | undefined {
  for (const kind of Object.values(kinds)) {
    const asker = kind.asker(name)
    if (asker) return { kind, asker }
  }
  return undefined
}

/** Whether a loader only tries whether there is such a file. */
export function isProbe(name: string): boolean {
  return Object.values(kinds).some(kind => kind.isProbe(name))
}
