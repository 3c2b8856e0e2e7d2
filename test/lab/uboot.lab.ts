import { once } from 'node:events'
import t from 'tap'
import { fileTimeout } from '../patience.ts'
import { node1, quickDaemon } from './clients.ts'
import { showWhenFailed } from './daemon.ts'
import { createNetwork } from './network.ts'
import { labObstacle } from './packages.ts'
import { readSerial } from './serial.ts'

const skip = (await labObstacle()) ?? false
t.setTimeout(fileTimeout(2))

/** A RISC-V machine whose firmware is Debian's U-Boot, with its card on this tap. */
const qemu = (tap: string) => [
  ...['qemu-system-riscv64', '-accel', 'tcg', '-M', 'virt', '-smp', '1', '-m', '256'],
  ...['-nodefaults', '-display', 'none', '-monitor', 'none'],
  ...['-chardev', 'stdio,id=serial,signal=off', '-serial', 'chardev:serial'],
  ...['-bios', '/usr/lib/u-boot/qemu-riscv64/u-boot.bin'],
  ...['-netdev', `tap,id=net,ifname=${tap},script=no,downscript=no,vnet_hdr=off`],
  ...['-device', `virtio-net-device,netdev=net,mac=${node1}`],
]

t.test('U-Boot on RISC-V is given its config, and boots kernel and initrd', { skip }, async t => {
  const network = await createNetwork()
  t.teardown(() => network.remove())
  const range = '10.77.0.50-10.77.0.99'
  const lab = `  lab: { interface: br0, mode: server, rivals: warn, range: ${range} }\n`
  const daemon = await quickDaemon(network, lab).start()
  showWhenFailed(t, daemon, 'node1')
  t.equal((await daemon.cli(['install', 'node1', '--yes'])).code, 0)
  const machine = network.start(qemu(await network.addTap()), 'pipe')
  const serial = readSerial(machine)
  await serial.waitFor(/Hit any key/, 60)
  machine.stdin?.write('\n')
  await serial.waitFor(/^=> /m, 10)
  // What a board does whose boot targets name pxe; that of QEMU is built without.
  machine.stdin?.write('setenv autoload no; dhcp; printenv bootfile; pxe get; pxe boot\n')
  await serial.waitFor(/bootfile=pxelinux\.cfg\/default/, 60)
  await serial.waitFor(/Config file \S+ found/, 60)
  await serial.waitFor(/append: bootwright=http:\S+ BOOTIF=01-/, 60)
  machine.kill('SIGKILL')
  await once(machine, 'close')
  const { stdout } = await daemon.cli(['events', 'node1'])
  t.match(stdout, /PXELINUX config: node1 installs lab, attempt 1/)
  t.match(stdout, /TFTP: \S+initrd sent[\s\S]*TFTP: \S+linux sent/)
})
