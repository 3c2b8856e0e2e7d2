import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { labConfig, serverNetwork } from './config.ts'
import { type Daemon, showWhenFailed } from './daemon.ts'
import type { Firmware } from './firmware.ts'
import { type Foreign, type ForeignArch, foreignPackages } from './foreign-packages.ts'
import { writeInitrd } from './installer.ts'
import { createLab, type Lab } from './lab.ts'
import type { Machine } from './machine.ts'

/** A machine of another architecture, with Debian's kernel for it. */
export interface ForeignSettings {
  readonly firmware: Firmware
  readonly mac: string
  readonly arch: ForeignArch
  /** The kernel's word for its serial line. */
  readonly console: string
  /** More keys of the host, such as `cmdline!: quiet`. */
  readonly host?: string
  /** Lines of more top-level keys. */
  readonly more?: string
}

/** Its network and daemon, which was asked to install it, and the machine when it has been powered on. */
export interface ForeignSite {
  readonly lab: Lab
  readonly daemon: Daemon
  powerOn(): Promise<Machine>
  /** The timeline. */
  events(): Promise<string>
}

/** Everything of it that is there before its power comes on; `prepare` puts more into the lab's folder. */
export async function foreignSite(
  t: Test,
  { firmware, mac, arch, console, host: rest, more = '' }: ForeignSettings,
  prepare?: (lab: Lab, foreign: Foreign) => Promise<void>,
): Promise<ForeignSite> {
  const foreign = await foreignPackages(arch)
  const { kernel, busybox } = foreign
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const images = join(lab.folder, 'assets/images', arch.arch)
  mkdirSync(images)
  copyFileSync(kernel.image, join(images, 'linux'))
  writeInitrd(kernel, join(images, 'initrd.gz'), { drivers: ['virtio_mmio'], entries: [], busybox })
  await prepare?.(lab, foreign)
  const image = `images/${arch.arch}`
  const boots = `kernel: ${image}/linux, initrd: [${image}/initrd.gz]`
  const host = rest === undefined ? boots : `${boots}, ${rest}`
  const settings = { network: serverNetwork, mac, address: '10.77.0.26', host, more }
  const daemon = await lab.startDaemon(labConfig(lab, { ...settings, cmdline: console }))
  showWhenFailed(t, daemon, 'node1')
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
  const machine = await lab.addMachine({ firmware, mac, mebibytes: 1024 })
  return {
    lab,
    daemon,
    events: async () => (await daemon.cli(['events', 'node1'])).stdout,
    powerOn: async () => {
      const on = machine.powerOn()
      t.teardown(async () => {
        if (!t.passing()) t.comment(on.serial.text())
        await on.powerOff()
      })
      return on
    },
  }
}

/** Waits until the machine's installer has told its end, and is off. */
export async function endsInstalled(t: Test, { daemon }: ForeignSite, machine: Machine) {
  await machine.serial.waitFor(/lab: installer is up/, 600)
  await machine.serial.waitFor(/lab: told done/, 200)
  await machine.exited
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installed', attempt: 1 })
}
