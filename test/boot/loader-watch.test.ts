import t from 'tap'
import { cameBack, sentTo, type Unheard } from '../../src/boot/loader-watch.ts'
import { textOf } from '../../src/boot/words/event.ts'

const efi = { stage: 'firmware', arch: 'x64-efi' } as const
const bios = { stage: 'firmware', arch: 'bios' } as const

function words(...asked: Parameters<typeof cameBack>): string | undefined {
  const event = cameBack(...asked)
  return event && textOf(event)
}

t.test('a loader after which the firmware comes back never ran', async t => {
  t.equal(
    words(['snponly.efi'], efi),
    'its firmware came back: it fetched snponly.efi, and nothing was asked for after that: with Secure Boot on it refuses what is not signed (loader: shimx64.efi); else the file is broken or for another kind of machine',
  )
  t.equal(
    words(['undionly.kpxe'], bios),
    'its firmware came back: it fetched undionly.kpxe, and nothing was asked for after that: the file is broken or for another kind of machine',
  )
  const http = { ...efi, stage: 'http-firmware' } as const
  t.match(words(['snponly.efi'], http), 'came back', 'HTTP Boot after PXE is a return too')
})

t.test('iPXE asks because it runs, and who fetched nothing did not come back', async t => {
  t.equal(words(['snponly.efi'], { ...efi, stage: 'ipxe' }), undefined)
  t.equal(words([], efi), undefined)
})

t.test('what a loader starts next is named too, each file once', async t => {
  const sent = ['shimx64.efi', 'shimx64.efi', 'grubx64.efi'].reduce<Unheard>(
    (all, file) => sentTo(all, file),
    [],
  )
  t.match(words(sent, efi), /fetched shimx64\.efi, grubx64\.efi, and/)
})
