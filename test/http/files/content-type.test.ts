import t from 'tap'
import { contentTypeOf } from '../../../src/http/files/content-type.ts'

const rows = [
  ['ipxe.efi', 'application/efi'],
  ['BOOTX64.EFI', 'application/efi'],
  ['debian.iso', 'application/vnd.efi-iso'],
  ['disk.img', 'application/vnd.efi-img'],
  ['/assets/nixos/netboot.ipxe', 'text/plain'],
  ['initrd.gz', 'application/gzip'],
  ['image.tar.gz', 'application/gzip'],
  ['bzImage', 'application/octet-stream'],
  ['undionly.kpxe', 'application/octet-stream'],
  ['a.efi/linux', 'application/octet-stream'],
  ['x.constructor', 'application/octet-stream'],
  ['x.', 'application/octet-stream'],
  ['', 'application/octet-stream'],
] as const

for (const [name, type] of rows) {
  t.test(`${name} is ${type}`, async t => t.equal(contentTypeOf(name), type))
}
