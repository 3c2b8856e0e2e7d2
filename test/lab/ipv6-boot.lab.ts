import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { labConfig } from './config.ts'
import { addIpv6, serverNetwork6 } from './ipv6-link.ts'
import { startIpv6Router } from './ipv6-router.ts'
import { createLab } from './lab.ts'
import { labObstacle } from './packages.ts'
import { installAndBootDisk } from './story.ts'

const obstacle = await labObstacle()
t.setTimeout(fileTimeout(8))

t.test('UEFI x64 by PXE over IPv6', { skip: obstacle ?? false }, async t => {
  const lab = await createLab({ ipv6Router: false })
  t.teardown(() => lab.remove())
  await addIpv6(lab.network)
  await startIpv6Router(lab.network, lab.folder, '2001:db8:77::/64')
  const mac = '52:54:00:12:34:58'
  const network = `    mode: none\n${serverNetwork6}`
  const daemon = await lab.startDaemon(labConfig(lab, { network, mac, cmdline: 'lab.ipv6=1' }))
  const pcap = process.env.SIX_PCAP
  const machine = await lab.addMachine({
    firmware: 'uefi',
    mac,
    netboots: 'ipv6',
    ...(pcap && { pcap }),
  })
  await installAndBootDisk(t, { lab, daemon, machine })
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /TFTP: (snponly|ipxe)\.efi sent/, 'the firmware got its loader from us')
})
