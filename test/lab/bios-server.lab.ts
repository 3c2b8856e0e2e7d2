import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test('BIOS, we give the addresses', { skip: obstacle ?? false }, async t => {
  const lab = await createLab({ ipv6Router: false })
  t.teardown(() => lab.remove())
  const mac = '52:54:00:12:34:56'
  const network = serverNetwork
  const daemon = await lab.startDaemon(labConfig(lab, { network, mac, address: '10.77.0.20' }))
  const machine = await lab.addMachine({ firmware: 'bios', mac })
  await installAndBootDisk(t, { lab, daemon, machine })
  t.equal(await daemon.kill('SIGTERM'), 0, 'the daemon ends cleanly')
})
