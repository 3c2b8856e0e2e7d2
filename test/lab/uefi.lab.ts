import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig, serverNetwork } from './config.ts'
import { addIpv6, serverNetwork6 } from './ipv6-link.ts'
import { startIpv6Router } from './ipv6-router.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(10))

t.test(
  'UEFI x64 by PXE, we give addresses of both families',
  { skip: obstacle ?? false },
  async t => {
    const lab = await createLab({ ipv6Router: false })
    t.teardown(() => lab.remove())
    await addIpv6(lab.network)
    await startIpv6Router(lab.network, lab.folder, '2001:db8:77::/64')
    const mac = '52:54:00:12:34:58'
    const network = `${serverNetwork}\n${serverNetwork6}`
    const daemon = await lab.startDaemon(labConfig(lab, { network, mac, address: '10.77.0.21' }))
    const machine = await lab.addMachine({ firmware: 'uefi', mac })
    await installAndBootDisk(t, { lab, daemon, machine })
    const { stdout } = await daemon.cli(['events', 'node1'])
    t.match(stdout, /TFTP: (snponly|ipxe)\.efi sent/, 'the firmware got its loader from us')
    t.match(stdout, /DISCOVER \(ipxe, x64-efi\)/)
    t.match(stdout, /SOLICIT \(ipxe, x64-efi\)/, 'iPXE asked by both, for one install')
    t.equal(stdout.match(/script: node1 installs/g)?.length, 1)
  },
)
