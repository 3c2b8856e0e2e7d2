import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MediaArch } from './settings.ts'

const grub = '/usr/lib/grub'

/** What a medium is made of for one arch: where Debian puts it, and the package that has it. */
interface ArchParts {
  /** GRUB's name of the arch, and the folder of its modules. */
  readonly grub: string
  /** The name under which a UEFI starts a program from removable media. */
  readonly starts?: string
  readonly needs: readonly PackagedFile[]
  /** The same with Secure Boot, where a signed GRUB is there. */
  readonly signed?: readonly (PackagedFile & { readonly as: string })[]
}

interface PackagedFile {
  readonly path: string
  readonly package: string
}

const archParts: Readonly<Record<MediaArch, ArchParts>> = {
  bios: {
    grub: 'i386-pc',
    needs: [
      { path: `${grub}/i386-pc/boot_hybrid.img`, package: 'grub-pc-bin' },
      { path: '/usr/lib/ipxe/ipxe.lkrn', package: 'ipxe' },
    ],
  },
  'x64-efi': uefi('x86_64-efi', 'x64', 'grub-efi-amd64-bin', 'amd64'),
  'arm64-efi': uefi('arm64-efi', 'aa64', 'grub-efi-arm64-bin', 'arm64'),
  'ia32-efi': { ...uefi('i386-efi', 'ia32', 'grub-efi-ia32-bin', 'i386'), signed: [] },
}

/** `debian` is Debian's name of the arch, `short` that of UEFI. */
function uefi(name: string, short: string, modules: string, debian: string): ArchParts {
  const starts = `BOOT${short.toUpperCase()}.EFI`
  const shim = 'shim-signed'
  const signed = `grub-efi-${debian}-signed`
  return {
    grub: name,
    starts,
    needs: [{ path: `${grub}/${name}/moddep.lst`, package: modules }],
    signed: [
      { path: `/usr/lib/shim/shim${short}.efi.signed`, package: shim, as: starts },
      { path: `/usr/lib/shim/mm${short}.efi.signed`, package: shim, as: `mm${short}.efi` },
      {
        path: `${grub}/${name}-signed/grubnet${short}.efi.signed`,
        package: signed,
        as: `grub${short}.efi`,
      },
    ],
  }
}

const tools: readonly PackagedFile[] = [
  { path: 'usr/bin/grub-mkimage', package: 'grub-common' },
  { path: 'usr/bin/xorriso', package: 'xorriso' },
  { path: 'usr/bin/mformat', package: 'mtools' },
]

/** What becomes of an arch, resolved below a root folder. */
export interface MediaParts {
  readonly arch: MediaArch
  readonly grub: string
  readonly modules: string
  readonly starts: string | undefined
  /** Programs to copy, by their names on the medium; none: GRUB is made from its modules. */
  readonly signed: readonly { readonly path: string; readonly as: string }[]
  /** GRUB can set a VLAN: since 2.12. */
  readonly vlans: boolean
}

/** What there is for these archs; `missing` are packages that have to be installed first. */
export function mediaPartsOf(
  archs: readonly MediaArch[],
  secureBoot: boolean,
  root = '/',
): { readonly parts: readonly MediaParts[]; readonly missing: readonly string[] } {
  const needed = archs.flatMap(arch => neededBy(arch, secureBoot))
  const lacking = [...tools, ...needed].filter(({ path }) => !existsSync(join(root, path)))
  return {
    parts: archs.map(arch => {
      const { grub: name, starts, signed } = archParts[arch]
      const modules = join(root, grub, name)
      const copied = secureBoot ? (signed ?? []) : []
      return {
        arch,
        grub: name,
        modules,
        starts,
        signed: copied.map(({ path, as }) => ({ path: join(root, path), as })),
        vlans: copied.length === 0 && setsVlans(modules),
      }
    }),
    missing: [...new Set(lacking.map(({ package: name }) => name))],
  }
}

function neededBy(arch: MediaArch, secureBoot: boolean): readonly PackagedFile[] {
  const { needs, signed } = archParts[arch]
  return secureBoot && signed ? signed : needs
}

function setsVlans(modules: string): boolean {
  const file = join(modules, 'net.mod')
  return existsSync(file) && readFileSync(file).includes('net_set_vlan\0')
}

/** Whether there is a signed GRUB for an arch. */
export function isSigned(arch: MediaArch): boolean {
  return (archParts[arch].signed ?? []).length > 0
}
