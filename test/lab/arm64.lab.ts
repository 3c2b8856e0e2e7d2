import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { arm64Kernel, writeArm64Initrd } from './installer-arm64.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test('UEFI arm64 by PXE: GRUB, Image and initrd', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const images = join(lab.folder, 'assets/images/arm64')
  mkdirSync(images)
  copyFileSync(arm64Kernel, join(images, 'linux'))
  await writeArm64Initrd(join(images, 'initrd.gz'), join(lab.folder, 'work'))

  const mac = '52:54:00:12:34:71'
  const arm64 = 'kernel: images/arm64/linux, initrd: [images/arm64/initrd.gz]'
  const settings = { network: serverNetwork, mac, address: '10.77.0.22', host: arm64 }
  const config = labConfig(lab, { ...settings, cmdline: 'console=ttyAMA0' })
  const daemon = await lab.startDaemon(config)
  const events = async () => (await daemon.cli(['events', 'node1'])).stdout
  t.teardown(async () => t.comment(await events()))
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)

  const machine = await lab.addMachine({ firmware: 'uefi-arm64', mac, mebibytes: 1024 })
  const { serial, exited } = machine.powerOn()
  await serial.waitFor(/lab: installer is up on aarch64/, 240)
  await serial.waitFor(/lab: answer file: answers for node1/, 60)
  await serial.waitFor(/lab: told done/, 60)
  await exited
  t.match(
    await events(),
    /TFTP: grubaa64\.efi sent[\s\S]*GRUB config: node1 installs lab, attempt 1/,
  )
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installed', attempt: 1 })
})
