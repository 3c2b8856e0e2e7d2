import t from 'tap'
import { fileTimeout } from '../../patience.ts'
import { endsInstalled, foreignSite } from '../foreign-site.ts'
import { labObstacle, packages } from '../packages.ts'

const skip = (await labObstacle({ ...packages, kmod: 'depmod' })) ?? false
t.setTimeout(fileTimeout(30))

t.test('s390x by the loader of QEMU, and installed', { skip }, async t => {
  const site = await foreignSite(t, {
    firmware: 's390x',
    mac: '52:54:00:12:34:76',
    arch: { arch: 's390x', flavour: 's390x', suite: 'bookworm' },
    console: 'console=ttysclp0',
  })
  await endsInstalled(t, site, await site.powerOn())
  t.match(await site.events(), /PXELINUX config: node1 installs lab, attempt 1/)
})
