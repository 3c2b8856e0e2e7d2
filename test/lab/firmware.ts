import { copyFileSync, existsSync } from 'node:fs'

export type Firmware =
  | 'bios'
  | 'uefi'
  | 'uefi-secure'
  | 'uefi-ia32'
  | 'uefi-arm64'
  | 'uboot-arm64'
  | 'uboot-riscv64'
  | 'slof'
  | 's390x'

/** The program that is a machine with this firmware, and what it is told. */
export interface Board {
  readonly qemu: string
  readonly machine: readonly string[]
  /** Code and the initial content of the UEFI's memory. */
  readonly flash?: readonly [code: string, vars: string]
  /** How QEMU calls the virtio devices that its firmware finds; by PCI where nothing is said. */
  readonly bus?: 'ccw' | 'device'
}

const ovmf = '/usr/share/OVMF/OVMF'

const boards: Readonly<Record<Firmware, Board>> = {
  // graphics=off makes SeaBIOS and the ROM's iPXE write to the serial line.
  bios: { qemu: 'qemu-system-x86_64', machine: ['-machine', 'pc,graphics=off'] },
  uefi: {
    qemu: 'qemu-system-x86_64',
    machine: ['-machine', 'q35'],
    flash: [`${ovmf}_CODE_4M.fd`, `${ovmf}_VARS_4M.fd`],
  },
  // With Microsoft's keys enrolled, which Secure Boot needs SMM to protect.
  'uefi-secure': {
    qemu: 'qemu-system-x86_64',
    machine: ['-machine', 'q35,smm=on'],
    flash: [`${ovmf}_CODE_4M.ms.fd`, `${ovmf}_VARS_4M.ms.fd`],
  },
  // On a processor that knows 64 bits too: the kernel is one for those. Debian builds no other than this one with SMM.
  'uefi-ia32': {
    qemu: 'qemu-system-x86_64',
    machine: ['-machine', 'q35,smm=on'],
    flash: [`${ovmf}32_CODE_4M.secboot.fd`, `${ovmf}32_VARS_4M.fd`],
  },
  'uefi-arm64': {
    qemu: 'qemu-system-aarch64',
    machine: ['-machine', 'virt', '-cpu', 'cortex-a72'],
    flash: ['/usr/share/AAVMF/AAVMF_CODE.fd', '/usr/share/AAVMF/AAVMF_VARS.fd'],
  },
  'uboot-arm64': {
    qemu: 'qemu-system-aarch64',
    machine: [
      ...['-machine', 'virt', '-cpu', 'cortex-a72'],
      ...['-bios', '/usr/lib/u-boot/qemu_arm64/u-boot.bin'],
    ],
  },
  'uboot-riscv64': {
    qemu: 'qemu-system-riscv64',
    // Started by OpenSBI, which Linux needs too; the build that is a machine's first program has none.
    machine: ['-machine', 'virt', '-kernel', '/usr/lib/u-boot/qemu-riscv64_smode/u-boot.bin'],
    bus: 'device',
  },
  slof: { qemu: 'qemu-system-ppc64', machine: ['-machine', 'pseries'] },
  s390x: { qemu: 'qemu-system-s390x', machine: ['-machine', 's390-ccw-virtio'], bus: 'ccw' },
}

export function boardOf(firmware: Firmware): Board {
  return boards[firmware]
}

/** The UEFI's memory is a file that keeps its content between power-ons. */
export function flashArguments({ flash }: Board, vars: string, netboots: Netboots): string[] {
  if (!flash) return []
  const [code, empty] = flash
  if (!existsSync(vars)) copyFileSync(empty, vars)
  return [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${code}`],
    ...['-drive', `if=pflash,format=raw,file=${vars}`],
    ...switches[netboots].flatMap(name => ['-fw_cfg', `name=opt/org.tianocore/${name},string=no`]),
  ]
}

/** Which ways of booting from the network EDK2 tries; HTTP Boot by both families comes behind PXE. */
export type Netboots = 'ipv4' | 'ipv4-http' | 'ipv6' | 'http'

/** Asked for by a family that nobody serves it waits for a minute, before it goes on. */
const switches: Readonly<Record<Netboots, readonly string[]>> = {
  ipv4: ['IPv6Support', 'IPv6PXESupport'],
  'ipv4-http': ['IPv6Support', 'IPv6PXESupport', 'IPv4PXESupport'],
  ipv6: ['IPv4Support', 'IPv4PXESupport'],
  http: ['IPv4Support', 'IPv4PXESupport', 'IPv6PXESupport'],
}
