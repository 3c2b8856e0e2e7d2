import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test('UEFI x64 by HTTP Boot', { skip: obstacle ?? false }, async t => {
  const lab = await createLab()
  t.teardown(() => lab.remove())
  const mac = '52:54:00:12:34:58'
  const settings = { network: serverNetwork, mac, address: '10.77.0.21' }
  const daemon = await lab.startDaemon(labConfig(lab, settings))
  const machine = await lab.addMachine({ firmware: 'uefi', mac, netboots: 'ipv4-http' })
  await installAndBootDisk(t, { lab, daemon, machine })
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /DISCOVER \(http-firmware, x64-efi\)/, 'its firmware asks for a URL')
  t.match(stdout, /HTTP: (snponly|ipxe)\.efi sent/, 'and gets its loader over HTTP')
  t.notMatch(stdout, /TFTP:/)

  const { serial, powerOff } = machine.powerOn({ diskFirst: true })
  await serial.waitFor(/lab: BOOTED FROM DISK/, 120)
  await powerOff()
  const asked = (text: string) => [...text.matchAll(/DISCOVER \(http-firmware/g)].length
  const after = (await daemon.cli(['events', 'node1'])).stdout
  t.equal(asked(after), asked(stdout), 'with its disk first it asks nobody')
})
