import t from 'tap'
import { firmwareDriven } from '../../src/boot/fallback-loader.ts'

t.test('who stands in for whom', async t => {
  t.strictSame(firmwareDriven('ipxe.efi'), ['snponly.efi'])
  t.strictSame(firmwareDriven('ipxe-arm64.efi'), ['snponly-arm64.efi', 'ipxe-snponly-arm64.efi'])
  t.strictSame(firmwareDriven('ipxe-x86_64.efi'), [
    'snponly-x86_64.efi',
    'ipxe-snponly-x86_64.efi',
    'snponly.efi',
  ])
  t.strictSame(firmwareDriven('ipxe.pxe'), ['undionly.kpxe'])
  const others = [
    'snponly.efi',
    'ipxe-snponly-x86_64.efi',
    'undionly.kpxe',
    'shimx64.efi',
    'pxelinux.0',
  ]
  for (const other of others) t.strictSame(firmwareDriven(other), [], other)
})
