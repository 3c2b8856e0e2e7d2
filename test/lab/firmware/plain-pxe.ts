import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { labConfig, serverNetwork } from '../config.ts'
import { buildIpxe, ipxeBuilders, lacksIpxe } from '../ipxe-build.ts'
import { createLab } from '../lab.ts'
import { labObstacle, packages } from '../packages.ts'
import { installAndBootDisk } from '../story.ts'

const skip = lacksIpxe ?? (await labObstacle({ ...packages, ...ipxeBuilders })) ?? false
t.setTimeout(fileTimeout(30))

const busId = 'DHCP_EB_BUS_ID, &dhcp_desc,\n\t\t\t\t    '

/** A ROM that says nothing by which an iPXE is known: neither its user class nor anything in option 175. */
const plain = {
  name: 'plain',
  target: 'bin/1af41000.rom',
  edits: [
    ['net/udp/dhcp.c', "DHCP_USER_CLASS_ID, DHCP_STRING ( 'i', 'P', 'X', 'E' ),", ''],
    ['net/udp/dhcp.c', 'table_num_entries ( DHCP_FEATURES )', '0'],
    ['net/udp/dhcp.c', `${busId}sizeof ( dhcp_desc )`, `${busId}0`],
  ],
} as const

t.test('BIOS with a plain PXE ROM: undionly.kpxe, and installed', { skip }, async t => {
  const rom = await buildIpxe(plain)
  const lab = await createLab({ ipv6Router: false })
  t.teardown(() => lab.remove())
  const mac = '52:54:00:12:34:74'
  const settings = { network: serverNetwork, mac, address: '10.77.0.24' }
  const daemon = await lab.startDaemon(labConfig(lab, settings))
  const machine = await lab.addMachine({ firmware: 'bios', mac, rom })
  await installAndBootDisk(t, { lab, daemon, machine })
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(
    stdout,
    /DISCOVER \(firmware, bios\)[\s\S]*TFTP: undionly\.kpxe sent[\s\S]*\(ipxe, bios\)/,
  )
})
