/**
 * What kind of machine the firmware says it is: which loaders and kernels can run there. `uboot` is U-Boot on a
 * processor that it does not tell, or that none of the others stands for (RISC-V, x86). `ppc64` is Open
 * Firmware or OPAL, `s390x` a network loader of QEMU’s or of a firmware.
 */
export type Arch =
  | 'bios'
  | 'x64-efi'
  | 'ia32-efi'
  | 'arm64-efi'
  | 'arm32-efi'
  | 'riscv64-efi'
  | 'loong64-efi'
  | 'arm64-uboot'
  | 'arm32-uboot'
  | 'uboot'
  | 'rpi'
  | 'ppc64'
  | 's390x'
  | 'unknown'

export const archs: readonly Arch[] = [
  'bios',
  'x64-efi',
  'ia32-efi',
  'arm64-efi',
  'arm32-efi',
  'riscv64-efi',
  'loong64-efi',
  'arm64-uboot',
  'arm32-uboot',
  'uboot',
  'rpi',
  'ppc64',
  's390x',
]

/** A processor architecture type of DHCP option 93: the arch, and whether it stands for HTTP Boot. */
export interface ArchType {
  readonly arch: Arch
  readonly http: boolean
}

/**
 * IANA "Processor Architecture Types" (RFC 5970 and later additions). RFC 4578 printed 7 and 9 the
 * wrong way round (erratum 4624) and firmware exists that reports 9 for x64, so both mean x64.
 */
const types: Readonly<Record<number, ArchType>> = {
  0: { arch: 'bios', http: false },
  6: { arch: 'ia32-efi', http: false },
  7: { arch: 'x64-efi', http: false },
  9: { arch: 'x64-efi', http: false },
  10: { arch: 'arm32-efi', http: false },
  11: { arch: 'arm64-efi', http: false },
  12: { arch: 'ppc64', http: false },
  14: { arch: 'ppc64', http: false },
  15: { arch: 'ia32-efi', http: true },
  16: { arch: 'x64-efi', http: true },
  18: { arch: 'arm32-efi', http: true },
  19: { arch: 'arm64-efi', http: true },
  20: { arch: 'bios', http: true },
  21: { arch: 'arm32-uboot', http: false },
  22: { arch: 'arm64-uboot', http: false },
  23: { arch: 'arm32-uboot', http: true },
  24: { arch: 'arm64-uboot', http: true },
  27: { arch: 'riscv64-efi', http: false },
  28: { arch: 'riscv64-efi', http: true },
  31: { arch: 's390x', http: false },
  32: { arch: 's390x', http: false },
  39: { arch: 'loong64-efi', http: false },
  40: { arch: 'loong64-efi', http: true },
  41: { arch: 'rpi', http: false },
}

/** What a number in option 93 stands for; numbers we do not know are `unknown`, never an error. */
export function archOfType(type: number): ArchType {
  return types[type] ?? { arch: 'unknown', http: false }
}

/** The first type that we know of those that a client says, else of its vendor class. */
export function archOfTypes(types: readonly number[], vendorClass = ''): Arch {
  const [, said] = /^\w+Client:Arch:(\d{5})/.exec(vendorClass) ?? []
  const all = types.length > 0 ? types : [Number(said ?? 0)]
  return all.map(type => archOfType(type).arch).find(arch => arch !== 'unknown') ?? 'unknown'
}

/** The numbers that option 93 carries for an arch, the usual one first: the reverse of {@link archOfType}. */
export function typesOfArch(arch: Arch, http: boolean): number[] {
  return Object.entries(types)
    .filter(([, type]) => type.arch === arch && type.http === http)
    .map(([number]) => Number(number))
}

/** U-Boot is a loader itself, whatever the processor: it fetches a config, and runs no other loader. */
export function isUboot(arch: Arch): boolean {
  return arch.endsWith('uboot')
}

/**
 * Firmware that tells no vendor class, fetches its files by TFTP from the server that a DHCP reply names, and
 * reads `pxelinux.cfg/`: SLOF and QEMU’s loader for s390x (SLOF, lib/libnet/pxelinux.c).
 */
export function hasNoClass(arch: Arch): boolean {
  return arch === 'ppc64' || arch === 's390x'
}

export function isEfi(arch: Arch): boolean {
  return arch.endsWith('-efi')
}
