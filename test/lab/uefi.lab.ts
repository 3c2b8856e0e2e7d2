import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(10))

t.test('UEFI x64 by PXE, we give the addresses', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const mac = '52:54:00:12:34:58'
  const network = serverNetwork
  const daemon = await lab.startDaemon(labConfig(lab, { network, mac, address: '10.77.0.21' }))
  const machine = await lab.addMachine({ firmware: 'uefi', mac })
  await installAndBootDisk(t, { lab, daemon, machine })
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /TFTP: (snponly|ipxe)\.efi sent/, 'the firmware got its loader from us')
})
