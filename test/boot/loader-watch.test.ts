import t from 'tap'
import { type LoaderSign, watchLoader } from '../../src/boot/loader-watch.ts'

const sent = (file: string): LoaderSign => ({ kind: 'sent', file })
const alive: LoaderSign = { kind: 'alive' }
const firmware = (arch: 'bios' | 'x64-efi' = 'x64-efi'): LoaderSign => ({
  kind: 'discover',
  client: { stage: 'firmware', arch },
})
const http: LoaderSign = { kind: 'discover', client: { stage: 'http-firmware', arch: 'x64-efi' } }
const ipxe: LoaderSign = { kind: 'discover', client: { stage: 'ipxe', arch: 'x64-efi' } }

/** The sentences of a story. */
function tell(...signs: readonly LoaderSign[]): string[] {
  let unheard: readonly string[] = []
  return signs.flatMap(sign => {
    const next = watchLoader(unheard, sign)
    unheard = next.unheard
    return next.text ?? []
  })
}

t.test('a loader after which the firmware comes back never ran', async t => {
  t.strictSame(tell(firmware(), sent('snponly.efi'), firmware()), [
    'its firmware came back: it fetched snponly.efi, and nothing was asked for after that: with Secure Boot on it refuses what is not signed (loader: shimx64.efi); else the file is broken or for another kind of machine',
  ])
  t.strictSame(tell(sent('undionly.kpxe'), firmware('bios')), [
    'its firmware came back: it fetched undionly.kpxe, and nothing was asked for after that: the file is broken or for another kind of machine',
  ])
  t.match(tell(sent('snponly.efi'), http), [/came back/], 'HTTP Boot after PXE is a return too')
})

t.test('what the loader starts next is named, and what ran is not', async t => {
  t.match(tell(sent('shimx64.efi'), alive, sent('grubx64.efi'), firmware()), [
    /fetched grubx64.efi,/,
  ])
  t.match(tell(sent('pxelinux.0'), sent('ldlinux.c32'), firmware('bios')), [
    /fetched pxelinux.0, ldlinux.c32,/,
  ])
  t.match(tell(sent('a.efi'), sent('a.efi'), firmware()), [/fetched a.efi,/], 'once')
})

t.test('a boot that goes on is worth no line', async t => {
  t.strictSame(tell(firmware(), firmware()), [])
  t.strictSame(tell(sent('snponly.efi'), ipxe, firmware()), [])
  t.strictSame(tell(sent('shimx64.efi'), alive, firmware()), [])
  t.equal(tell(sent('a.efi'), firmware(), firmware()).length, 1, 'said once')
})
