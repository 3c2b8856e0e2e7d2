import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { isSigned, mediaPartsOf } from '../../src/media/parts.ts'
import { makeFolder } from '../folder.ts'

t.test('what is missing is said by its packages, once', async t => {
  const root = makeFolder(t)
  t.strictSame(mediaPartsOf(['bios', 'x64-efi'], false, root).missing, [
    'grub-common',
    'xorriso',
    'mtools',
    'grub-pc-bin',
    'ipxe',
    'grub-efi-amd64-bin',
  ])
  t.strictSame(mediaPartsOf(['x64-efi'], true, root).missing.slice(3), [
    'shim-signed',
    'grub-efi-amd64-signed',
  ])
  t.strictSame(mediaPartsOf(['arm64-efi'], false, root).missing.slice(3), ['grub-efi-arm64-bin'])
})

t.test('a GRUB of today sets VLANs', async t => {
  const root = makeFolder(t)
  const vlans = () => mediaPartsOf(['x64-efi'], false, root).parts[0]?.vlans
  t.equal(vlans(), false)
  const file = join(root, '/usr/lib/grub/x86_64-efi/net.mod')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, 'net_add_addr\0net_add_route\0')
  t.equal(vlans(), false)
  writeFileSync(file, 'net_add_addr\0net_set_vlan\0')
  t.equal(vlans(), true)
  t.equal(mediaPartsOf(['x64-efi'], true, root).parts[0]?.vlans, false, 'the signed one is another')
})

t.test('who has a signed GRUB', async t => {
  t.ok(isSigned('x64-efi') && isSigned('arm64-efi'))
  t.notOk(isSigned('ia32-efi'))
})
