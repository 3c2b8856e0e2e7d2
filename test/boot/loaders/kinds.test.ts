import t from 'tap'
import { autoexec } from '../../../src/boot/loaders/autoexec.ts'
import { grub } from '../../../src/boot/loaders/grub.ts'
import { ipxe } from '../../../src/boot/loaders/ipxe.ts'
import { unbootable } from '../../../src/boot/loaders/kind.ts'
import { pxelinux } from '../../../src/boot/loaders/pxelinux.ts'
import { golden } from '../../golden.ts'
import { hostile, others, url } from './examples.ts'

for (const [name, content] of others) {
  for (const [kind, file] of [
    [ipxe, `${name}.ipxe`],
    [grub, `grub-${name}.cfg`],
    [pxelinux, `pxelinux-${name}.cfg`],
  ] as const) {
    t.test(`${name}, written for ${kind.name}`, async t => {
      const text = kind.render(content, 'tftp')
      t.equal(text, golden(`scripts/${file}`, text))
      for (const [, label] of text.matchAll(/goto (\w+)/g)) t.match(text, `\n:${label}\n`)
    })
  }
}

t.test('what a loader cannot boot is a boot of the disk that says why', async t => {
  for (const [name, content] of others) {
    for (const kind of [ipxe, grub, pxelinux]) {
      const text = kind.render(content, 'tftp')
      const why = `Disk: ${kind.name} cannot boot a profile with ${name}:`
      t.equal(text.includes(why), !kind.boots.some(can => can === name), `${kind.name} ${name}`)
      t.equal(
        /assets/.test(text),
        kind.boots.some(can => can === name),
        'nothing is fetched',
      )
    }
  }
  t.equal(unbootable('iso', ipxe), undefined)
  t.equal(unbootable('kernel', pxelinux), undefined)
  t.match(unbootable('wim', grub), { code: 'cannot-boot', loader: 'GRUB', kind: 'wim' })
  t.strictSame(autoexec.boots, ipxe.boots)
})

t.test('arguments of a program are one line, and in GRUB each of them is quoted', async t => {
  const args = hostile.join(' ')
  const image = { kind: 'efi', program: `${url}/assets/a.efi`, args } as const
  const content = { kind: 'boot', title: 'x', image } as const
  const usual = { ...content, image: { ...image, args: 'x' } }
  for (const kind of [ipxe, grub]) {
    const [found, wanted] = [content, usual].map(one => kind.render(one, 'http').split('\n'))
    t.equal(found?.length, wanted?.length, kind.name)
    const differ = found?.filter((line, i) => line !== wanted?.[i])
    t.equal(differ?.length, 1)
    t.match(differ?.[0], /assets\/a\.efi/)
  }
})
