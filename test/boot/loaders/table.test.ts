import t from 'tap'
import { autoexec } from '../../../src/boot/loaders/autoexec.ts'
import { renderScript } from '../../../src/boot/loaders/ipxe.ts'
import { configOf, isProbe, kindOf, speaksOf } from '../../../src/boot/loaders/table.ts'
import { boot, first, local } from './examples.ts'

t.test('what kind of loader a file is', async t => {
  for (const [file, kind] of [
    ['undionly.kpxe', 'ipxe'],
    ['snponly-arm64.efi', 'ipxe'],
    ['ipxe-shimx64.efi', 'ipxe'],
    ['lpxelinux.0', 'pxelinux'],
    ['shimx64.efi', 'grub'],
    ['bootnetaa64.efi', 'grub'],
    ['grubaa64.efi', 'grub'],
    ['something.efi', 'ipxe'],
  ] as const) {
    t.equal(speaksOf(file), kind, file)
  }
})

t.test('only lpxelinux.0 fetches by HTTP of what is not iPXE', async t => {
  t.equal(kindOf('pxelinux').transport('lpxelinux.0'), 'http')
  t.equal(kindOf('pxelinux').transport('pxelinux.0'), 'tftp')
  t.equal(kindOf('pxelinux').transport(undefined), 'tftp')
  t.equal(kindOf('grub').transport('shimx64.efi'), 'tftp')
})

t.test('each name has one kind', async t => {
  t.equal(configOf('pxelinux.cfg/default')?.kind, kindOf('pxelinux'))
  t.equal(configOf('grub/grub.cfg')?.kind, kindOf('grub'))
  t.equal(configOf('autoexec.ipxe')?.kind, autoexec)
  t.equal(configOf('loaders/autoexec.ipxe')?.kind, autoexec)
  t.equal(configOf('my-autoexec.ipxe'), undefined)
  t.ok(isProbe('autoexec.ipxe') && isProbe('grub/x86_64-efi/fs.lst'))
  t.notOk(isProbe('undionly.kpxe'))
  t.ok(isProbe('no-such-file.efi'), 'firmware that is sent to its disk asks for that')
})

t.test('autoexec.ipxe is the script, after an address', async t => {
  for (const content of [boot('node1 installs debian', [first]), local]) {
    const [shebang, network, ...rest] = autoexec.render(content, 'http').split('\n')
    t.strictSame([shebang, ...rest], renderScript(content).split('\n'))
    t.equal(network, `isset \${netX/ip} || dhcp ||`)
  }
})
