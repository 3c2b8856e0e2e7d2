import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, proxyNetwork } from './config.ts'
import { startForeignDhcp } from './foreign-dhcp.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test(
  'BIOS, beside a DHCP server that knows nothing of us',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab()
    t.teardown(() => lab.remove())
    const foreign = await startForeignDhcp(lab.network, '10.77.0.2')
    const mac = '52:54:00:12:34:57'
    const daemon = await lab.startDaemon(labConfig(lab, { network: proxyNetwork, mac }))
    const machine = await lab.addMachine({ firmware: 'bios', mac })
    await installAndBootDisk(t, { lab, daemon, machine })
    t.ok(foreign.acks.length > 0, 'the addresses came from the other server')
    const { body } = await daemon.api('/api/v1/leases')
    t.strictSame(body.leases, [], 'and none from us')
  },
)
