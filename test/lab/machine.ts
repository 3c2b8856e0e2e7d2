import type { ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import type { Network } from './network.ts'
import { readSerial, type Serial } from './serial.ts'

/** What a machine is made of. */
export interface MachineSettings {
  readonly firmware: 'bios' | 'uefi'
  readonly mac: string
  /** A raw disk that keeps its content between power-ons; `DISK.vars` beside it is the UEFI's memory. */
  readonly disk: string
  /** A tap of the network. */
  readonly tap: string
  readonly mebibytes?: number
  readonly nic?: 'virtio-net-pci' | 'e1000'
  /** The network packets of the machine are written there. */
  readonly pcap?: string
  /** More arguments for QEMU. */
  readonly extra?: readonly string[]
}

/** A machine that is powered on. */
export interface Machine {
  readonly serial: Serial
  /** Resolves when the machine is off, by its own will or ours. */
  readonly exited: Promise<void>
  powerOff(): Promise<void>
}

const firmwareCode = '/usr/share/OVMF/OVMF_CODE_4M.fd'
const firmwareVars = '/usr/share/OVMF/OVMF_VARS_4M.fd'

/** Powers a machine on: it boots from the network first, then from its disk. */
export function powerOn(network: Network, settings: MachineSettings): Machine {
  const qemu = network.start(['qemu-system-x86_64', ...machineArguments(settings)])
  const serial = readSerial(qemu)
  const exited = ended(qemu).then(() => serial.close())
  return {
    serial,
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
    ...['-accel', 'tcg', '-smp', '1', '-m', String(settings.mebibytes ?? 512)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-monitor', 'none'],
    // Without a terminal of QEMU's own in between: signals are ours.
    ...['-chardev', 'stdio,id=serial,signal=off', '-serial', 'chardev:serial'],
    ...['-device', 'virtio-rng-pci'],
    ...firmwareArguments(settings),
    ...nicArguments(settings),
    ...diskArguments(settings),
    ...(settings.extra ?? []),
  ]
}

function firmwareArguments({ firmware, disk }: MachineSettings): string[] {
  // graphics=off makes SeaBIOS and the ROM's iPXE write to the serial line.
  if (firmware === 'bios') return ['-machine', 'pc,graphics=off']
  const vars = `${disk}.vars`
  if (!existsSync(vars)) copyFileSync(firmwareVars, vars)
  return [
    ...['-machine', 'q35'],
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${firmwareCode}`],
    ...['-drive', `if=pflash,format=raw,file=${vars}`],
    // Else it asks for IPv6 for a minute, twice, before it goes on to the disk.
    ...['-fw_cfg', 'name=opt/org.tianocore/IPv6Support,string=no'],
    ...['-fw_cfg', 'name=opt/org.tianocore/IPv6PXESupport,string=no'],
  ]
}

function nicArguments({
  firmware,
  mac,
  tap,
  nic = 'virtio-net-pci',
  pcap,
}: MachineSettings): string[] {
  // OVMF has a driver of its own for virtio: without the ROM it is EDK2 that speaks PXE, not iPXE.
  const rom = firmware === 'uefi' && nic === 'virtio-net-pci' ? ',romfile=' : ''
  const capture = ['-object', `filter-dump,id=capture,netdev=net,file=${pcap}`]
  return [
    ...['-netdev', `tap,id=net,ifname=${tap},script=no,downscript=no,vnet_hdr=off`],
    ...['-device', `${nic},netdev=net,mac=${mac},bootindex=1${rom}`],
    ...(pcap === undefined ? [] : capture),
  ]
}

function diskArguments({ disk }: MachineSettings): string[] {
  return [
    ...['-drive', `if=none,id=disk,format=raw,cache=unsafe,file=${disk}`],
    ...['-device', 'virtio-blk-pci,drive=disk,bootindex=2'],
  ]
}
