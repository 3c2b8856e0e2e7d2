import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { run } from '../command.ts'
import { type ForeignSettings, foreignSite } from '../foreign-site.ts'
import { labObstacle, packages } from '../packages.ts'

const wanted = { ...packages, kmod: 'depmod', 'qemu-system-ppc': 'a POWER processor' }
const skip = (await labObstacle(wanted)) ?? false
t.setTimeout(fileTimeout(40))

const settings: ForeignSettings = {
  firmware: 'slof',
  mac: '52:54:00:12:34:77',
  arch: {
    ...{ arch: 'ppc64el', flavour: 'powerpc64le', suite: 'bookworm' },
    besides: ['grub-ieee1275-bin'],
  },
  console: 'console=hvc0',
}

t.test('POWER: SLOF fetches kernel and initrd, and refuses Debian’s', { skip }, async t => {
  const site = await foreignSite(t, settings)
  const { serial } = await site.powerOn()
  await serial.waitFor(/VirtAddr\S+ != PhysAddr\S+ not supported/, 400)
  t.match(await site.events(), /PXELINUX config: node1 installs lab, attempt 1[\s\S]*linux sent/)
})

t.test('POWER: SLOF starts a GRUB', { skip }, async t => {
  const modules = ['normal', 'net', 'ofnet', 'tftp', 'configfile', 'echo', 'linux', 'boot', 'sleep']
  const more = 'loaders: { ppc64: { file: core.elf, speaks: grub } }'
  const site = await foreignSite(t, { ...settings, more }, async ({ folder }, { root }) => {
    const loaders = join(folder, 'assets/loaders')
    mkdirSync(loaders, { recursive: true })
    const grub = ['-O', 'powerpc-ieee1275', '-d', join(root, 'usr/lib/grub/powerpc-ieee1275')]
    const file = join(loaders, 'core.elf')
    await run(['grub-mkimage', ...grub, '-p', '/grub', '-o', file, ...modules])
  })
  const { serial } = await site.powerOn()
  // It finds no card by virtio, and ends at its prompt.
  await serial.waitFor(/Welcome to GRUB/, 200)
  t.match(await site.events(), /\(firmware, ppc64\)[\s\S]*TFTP: core\.elf sent/)
})
