import t from 'tap'
import { grub } from '../../../src/boot/loaders/grub.ts'
import { ipxe } from '../../../src/boot/loaders/ipxe.ts'
import { pxelinux } from '../../../src/boot/loaders/pxelinux.ts'
import { golden } from '../../golden.ts'
import { hostile, menu } from './examples.ts'

const usual = menu('What to boot on node1', ['debian', 'memtest.86'])

for (const [name, kind, file] of [
  ['iPXE', ipxe, 'menu.ipxe'],
  ['GRUB', grub, 'grub-menu.cfg'],
  ['PXELINUX', pxelinux, 'pxelinux-menu.cfg'],
] as const) {
  t.test(`the whole menu for ${name}`, async t => {
    const text = kind.render(usual, 'tftp')
    t.equal(text, golden(`scripts/${file}`, text))
  })

  t.test(`hostile text on the screen of ${name} is only text`, async t => {
    const lines = (title: string) => kind.render(menu(title, ['debian']), 'tftp').split('\n')
    for (const title of hostile) {
      const differ = lines(title).filter((line, i) => line !== lines('x')[i])
      t.equal(differ.length, 1, title)
      t.equal(lines(title).length, lines('x').length)
      t.notMatch(differ[0]?.replaceAll(`'\\''`, ''), /[$;|&#"\\`]/)
    }
  })
}

t.test('a profile of any name takes no place but its own', async t => {
  const names = ['local', 'disk', 'p0']
  const script = ipxe.render(menu('x', names), 'http')
  const labels = [...script.matchAll(/^:(\w+)/gm)].map(([, label]) => label)
  t.equal(new Set(labels).size, labels.length)
  const config = pxelinux.render(menu('x', names), 'http')
  t.equal(config.match(/^LABEL local$/gm)?.length, 1)
  t.match(config, 'LABEL 1\n  CONFIG http://10.77.0.1:8080/menu/TOKEN/local.pxelinux\n')
})
