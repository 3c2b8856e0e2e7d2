import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** OVMF 2022.11 asks by HTTP Boot before its address is ready, unless PXE went before: it gets no loader. */
const noLoaderByPxe = `loaders: { x64-efi: [{ file: nothing.efi, vendor: PXEClient }, snponly.efi] }
`

t.test('UEFI x64 over IPv6, where nobody gives IPv4', { skip: obstacle ?? false }, async t => {
  const lab = await createLab({ ipv6Router: false })
  t.teardown(() => lab.remove())
  await addIpv6(lab.network)
  await startIpv6Router(lab.network, lab.folder, '2001:db8:77::/64')
  const mac = '52:54:00:12:34:58'
  const network = `    mode: none\n${serverNetwork6}`
  const settings = { network, mac, cmdline: 'lab.ipv6=1' }
  const daemon = await lab.startDaemon(labConfig(lab, settings))
  const machine = await lab.addMachine({ firmware: 'uefi', mac, netboots: 'ipv6' })
  await installAndBootDisk(t, { lab, daemon, machine })
  const told = (await daemon.cli(['events', 'node1'])).stdout
  t.match(told, /SOLICIT \(firmware, x64-efi\) -> ADVERTISE 2001:db8:77::/)
  t.match(told, /TFTP: (snponly|ipxe)\.efi sent/, 'the firmware got its loader from us')
  t.match(told, /SOLICIT \(ipxe, x64-efi\)/)
  t.notMatch(told, /10\.77\./, 'and nothing by IPv4')

  await t.test('by HTTP Boot', async t => {
    writeFileSync(join(lab.folder, 'assets/nothing.efi'), 'no program\n')
    const config = labConfig(lab, { ...settings, more: noLoaderByPxe })
    writeFileSync(join(lab.folder, 'config.yaml'), config)
    t.equal((await daemon.cli(['reload'])).code, 0)
    t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
    const { serial, exited } = machine.powerOn()
    await serial.waitFor(/lab: told done/, 180)
    await exited
    const events = (await daemon.cli(['events', 'node1'])).stdout.slice(told.length)
    t.match(events, /SOLICIT \(http-firmware, x64-efi\) -> ADVERTISE/)
    t.match(events, /HTTP: (snponly|ipxe)\.efi sent/)
  })
})
