import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { labConfig, serverNetwork } from './config.ts'
import { showWhenFailed } from './daemon.ts'
import type { Firmware } from './firmware.ts'
import { arm64Kernel, writeArm64Initrd } from './installer-arm64.ts'
import { createLab } from './lab.ts'

/** A machine with an ARM processor and this firmware is powered on, and installed by GRUB. */
export async function installsArm64(t: Test, firmware: Firmware, mac: string): Promise<void> {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const images = join(lab.folder, 'assets/images/arm64')
  mkdirSync(images)
  copyFileSync(arm64Kernel, join(images, 'linux'))
  await writeArm64Initrd(join(images, 'initrd.gz'), join(lab.folder, 'work'))

  const arm64 = 'kernel: images/arm64/linux, initrd: [images/arm64/initrd.gz]'
  const settings = { network: serverNetwork, mac, address: '10.77.0.22', host: arm64 }
  const config = labConfig(lab, { ...settings, cmdline: 'console=ttyAMA0' })
  const daemon = await lab.startDaemon(config)
  showWhenFailed(t, daemon, 'node1')
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)

  const machine = await lab.addMachine({ firmware, mac, mebibytes: 1024 })
  const { serial, exited } = machine.powerOn()
  await serial.waitFor(/lab: installer is up on aarch64/, 300)
  await serial.waitFor(/lab: answer file: answers for node1/, 60)
  await serial.waitFor(/lab: told done/, 60)
  await exited
  t.match(
    (await daemon.cli(['events', 'node1'])).stdout,
    /TFTP: grubaa64\.efi sent[\s\S]*GRUB config: node1 installs lab, attempt 1/,
  )
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installed', attempt: 1 })
}
