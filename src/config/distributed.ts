import { globSync } from 'node:fs'
import { join } from 'node:path'

/** A loader, or what a loader loads next, under the name that machines ask for. */
export interface Distributed {
  readonly name: string
  /** Debian's package. */
  readonly from: string
  /** Where distributions put it; `*` is a version. */
  readonly paths: readonly string[]
  /** What it asks for beside itself and cannot do without. */
  readonly needs?: readonly string[]
}

const installer = 'usr/lib/debian-installer/images/*'

/** What is not iPXE. Distributions name signed files differently from how machines ask for them. */
const others: readonly Distributed[] = [
  ...['pxelinux.0', 'lpxelinux.0'].map(name => ({
    name,
    from: 'pxelinux',
    paths: [`usr/lib/PXELINUX/${name}`, `usr/share/syslinux/${name}`],
    needs: ['ldlinux.c32'],
  })),
  {
    name: 'ldlinux.c32',
    from: 'syslinux-common',
    paths: ['usr/lib/syslinux/modules/bios/ldlinux.c32', 'usr/share/syslinux/ldlinux.c32'],
  },
  {
    name: 'shimx64.efi',
    from: 'shim-signed',
    paths: [
      'usr/lib/shim/shimx64.efi.signed.latest',
      'usr/lib/shim/shimx64.efi.signed',
      `${installer}/amd64/text/debian-installer/amd64/bootnetx64.efi`,
    ],
    needs: ['grubx64.efi'],
  },
  {
    name: 'mmx64.efi',
    from: 'shim-helpers-amd64-signed',
    paths: ['usr/lib/shim/mmx64.efi.signed', 'usr/lib/shim/mmx64.efi'],
  },
  {
    name: 'grubx64.efi',
    from: 'grub-efi-amd64-signed',
    paths: [
      'usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
      `${installer}/amd64/text/debian-installer/amd64/grubx64.efi`,
    ],
  },
  {
    name: 'shimaa64.efi',
    from: 'debian-installer-12-netboot-arm64',
    paths: [
      'usr/lib/shim/shimaa64.efi.signed',
      `${installer}/arm64/text/debian-installer/arm64/bootnetaa64.efi`,
    ],
    needs: ['grubaa64.efi'],
  },
  {
    name: 'grubaa64.efi',
    from: 'debian-installer-12-netboot-arm64',
    paths: [
      'usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed',
      `${installer}/arm64/text/debian-installer/arm64/grubaa64.efi`,
    ],
  },
  {
    name: 'grubia32.efi',
    from: 'debian-installer-12-netboot-i386',
    paths: [
      'usr/lib/grub/i386-efi-signed/grubnetia32.efi.signed',
      `${installer}/i386/text/debian-installer/i386/grubia32.efi`,
    ],
  },
]

const ipxeFolders = ['usr/lib/ipxe', 'boot', 'usr/share/ipxe']

/** What Debian's package `ipxe` has; other files of iPXE must be brought. */
const packaged = ['undionly.kpxe', 'ipxe.pxe', 'ipxe.efi', 'snponly.efi']

/** What distributions know by this name. `path` may stand for iPXE in a folder of its arch. */
export function distributedAs(path: string): Distributed | undefined {
  return others.find(({ name }) => name === path) ?? ipxeAs(path)
}

/** Every name of {@link distributedAs} that is no iPXE. */
export const otherNames: readonly string[] = others.map(({ name }) => name)

function ipxeAs(path: string): Distributed | undefined {
  if (!/ipxe|undionly|snponly/.test(path)) return undefined
  const paths = ipxeFolders.map(folder => `${folder}/${path}`)
  return { name: path, from: packaged.includes(path) ? 'ipxe' : '', paths }
}

/** The newest file that a pattern below `root` stands for. */
export function newestOf(root: string, pattern: string): string | undefined {
  if (!pattern.includes('*')) return join(root, pattern)
  const numeric = { numeric: true } as const
  const found = globSync(pattern, { cwd: root }).sort((a, b) => a.localeCompare(b, 'en', numeric))
  const newest = found.at(-1)
  return newest === undefined ? undefined : join(root, newest)
}
