import type { ChildProcess } from 'node:child_process'
import { boardOf, type Firmware, flashArguments, type Netboots } from './firmware.ts'
import type { Network } from './network.ts'
import { readSerial, type Serial } from './serial.ts'

/** What a machine is made of. */
export interface MachineSettings {
  readonly firmware: Firmware
  readonly mac: string
  /** A raw disk that keeps its content between power-ons; `DISK.vars` beside it is the UEFI's memory. */
  readonly disk: string
  /** A tap of the network. */
  readonly tap: string
  readonly mebibytes?: number
  readonly nic?: 'virtio-net-pci' | 'e1000'
  /** The file of the card's ROM, where it is not QEMU's. */
  readonly rom?: string
  /** How its UEFI boots from the network; `ipv4` where nothing is said. */
  readonly netboots?: Netboots
  /** Its controller hides the disk. */
  readonly diskless?: boolean
  /** It tries its disk before the network. */
  readonly diskFirst?: boolean
  /** Its firmware boots from nothing but its disk; UEFI from the network when there is nothing on it. */
  readonly diskOnly?: boolean
  /** The network packets of the machine are written there. */
  readonly pcap?: string
  /** More arguments for QEMU. */
  readonly extra?: readonly string[]
}

/** A machine that is powered on. */
export interface Machine {
  readonly serial: Serial
  /** Types at its serial line. */
  type(keys: string): void
  /** Resolves when the machine is off, by its own will or ours. */
  readonly exited: Promise<void>
  powerOff(): Promise<void>
}

/** Powers a machine on: it boots from the network first, then from its disk, if nothing else is said. */
export function powerOn(network: Network, settings: MachineSettings): Machine {
  return startMachine(network, [boardOf(settings.firmware).qemu, ...machineArguments(settings)])
}

/** A machine that this command of QEMU's is, with its serial line on stdin and stdout. */
export function startMachine(network: Network, command: readonly string[]): Machine {
  const qemu = network.start(command, 'pipe')
  const serial = readSerial(qemu)
  const exited = ended(qemu).then(() => serial.close())
  return {
    serial,
    type: keys => qemu.stdin?.write(keys),
    exited,
    powerOff: async () => {
      qemu.kill('SIGKILL')
      await exited
    },
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    child.on('close', () => resolve())
    child.on('error', () => resolve())
  })
}

function machineArguments(settings: MachineSettings): string[] {
  return [
    // Linux counts ticks at its start and panics (`IO-APIC + timer doesn't work`) when QEMU came too seldom to the
    // processor for them: all kernels of the lab for x86 are told `no_timer_check`, as KVM's guests do by themselves.
    ...['-accel', 'tcg', '-smp', '1', '-m', String(settings.mebibytes ?? 512)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'none'],
    // Without a terminal of QEMU's own in between: signals are ours.
    ...['-chardev', 'stdio,id=serial,signal=off', '-serial', 'chardev:serial'],
    ...['-device', `virtio-rng-${busOf(settings.firmware)}`],
    ...boardOf(settings.firmware).machine,
    ...flashArguments(
      boardOf(settings.firmware),
      `${settings.disk}.vars`,
      settings.netboots ?? 'ipv4',
    ),
    ...nicArguments(settings),
    ...diskArguments(settings),
    ...(settings.extra ?? []),
  ]
}

function nicArguments({
  firmware,
  mac,
  tap,
  nic: card,
  rom: romfile,
  diskFirst = false,
  diskOnly = false,
  pcap,
}: MachineSettings): string[] {
  // OVMF has a driver of its own for virtio: without the ROM it is EDK2 that speaks PXE, not iPXE.
  const nic = card ?? `virtio-net-${busOf(firmware)}`
  const isFirmware = firmware !== 'bios' && card !== 'e1000'
  const file = isFirmware || diskOnly ? '' : romfile
  const rom = file === undefined || busOf(firmware) !== 'pci' ? '' : `,romfile=${file}`
  const capture = ['-object', `filter-dump,id=capture,netdev=net,file=${pcap}`]
  return [
    ...['-netdev', `tap,id=net,ifname=${tap},script=no,downscript=no,vnet_hdr=off`],
    ...['-device', `${nic},netdev=net,mac=${mac},bootindex=${diskFirst || diskOnly ? 3 : 1}${rom}`],
    ...(pcap === undefined ? [] : capture),
  ]
}

function diskArguments({ firmware, disk, diskless }: MachineSettings): string[] {
  if (diskless) return []
  return [
    ...['-drive', `if=none,id=disk,format=raw,cache=unsafe,file=${disk}`],
    ...['-device', `virtio-blk-${busOf(firmware)},drive=disk,bootindex=2`],
  ]
}

function busOf(firmware: Firmware): 'pci' | 'ccw' | 'device' {
  return boardOf(firmware).bus ?? 'pci'
}
