import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { labConfig, serverNetwork } from '../config.ts'
import { showWhenFailed } from '../daemon.ts'
import { createLab } from '../lab.ts'
import { labObstacle, packages } from '../packages.ts'

const obstacle = await labObstacle({
  ...packages,
  'ovmf-ia32': 'UEFI firmware of 32 bits',
  'debian-installer-12-netboot-i386': 'its GRUB',
})
t.setTimeout(fileTimeout(20))

t.test('UEFI ia32 by PXE: GRUB, and a kernel of 64 bits', { skip: obstacle ?? false }, async t => {
  const lab = await createLab({ ipv6Router: false })
  t.teardown(() => lab.remove())
  const mac = '52:54:00:12:34:73'
  const daemon = await lab.startDaemon(
    labConfig(lab, { network: serverNetwork, mac, address: '10.77.0.23' }),
  )
  showWhenFailed(t, daemon, 'node1')
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
  const machine = await lab.addMachine({ firmware: 'uefi-ia32', mac })
  const { serial, exited } = machine.powerOn()
  t.teardown(() => {
    if (!t.passing()) t.comment(serial.text())
  })
  await serial.waitFor(/lab: installer is up/, 240)
  await serial.waitFor(/lab: told done/, 120)
  await exited
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /DISCOVER \(firmware, ia32-efi\)/)
  t.match(stdout, /TFTP: grubia32\.efi sent[\s\S]*GRUB config: node1 installs lab, attempt 1/)
  const { body } = await daemon.api('/api/v1/hosts/node1')
  t.match(body.host, { state: 'installed', attempt: 1 })
})
