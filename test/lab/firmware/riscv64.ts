import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { foreignSite } from '../foreign-site.ts'
import { labObstacle, packages } from '../packages.ts'

const skip = (await labObstacle({ ...packages, kmod: 'depmod' })) ?? false
t.setTimeout(fileTimeout(30))

t.test('U-Boot on RISC-V, `pxe` typed: to the phone home', { skip }, async t => {
  const site = await foreignSite(t, {
    firmware: 'uboot-riscv64',
    mac: '52:54:00:12:34:79',
    arch: { arch: 'riscv64', flavour: 'riscv64', suite: 'trixie' },
    console: '',
    // Its U-Boot refuses more than 255 bytes ("bootarg overflow").
    host: '"cmdline!": "console=ttyS0 quiet lab.do=ready-only lab.end=poweroff"',
  })
  const machine = await site.powerOn()
  await machine.serial.waitFor(/Hit any key/, 60)
  machine.type('\n')
  await machine.serial.waitFor(/^=> /m, 10)
  // Where it may not move the device tree, it writes over itself.
  machine.type('setenv autoload no; setenv fdt_high; dhcp; pxe get; pxe boot\n')
  await machine.serial.waitFor(/lab: installer is up/, 600)
  await machine.serial.waitFor(/lab: told ready/, 200)
  await machine.exited
  t.match((await site.daemon.api('/api/v1/hosts/node1')).body.host, { state: 'installing' })
  t.match(await site.events(), /PXELINUX config: node1 installs lab, attempt 1/)
})
