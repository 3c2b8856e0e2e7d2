import t from 'tap'
import { bios, startStory } from './story.ts'

/** The head of a UEFI program for x64, with or without a certificate. */
function efi(signed: boolean): Uint8Array {
  const bytes = new Uint8Array(2048)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x5a4d, true)
  view.setUint32(0x3c, 0x80, true)
  view.setUint32(0x80, 0x4550, true)
  view.setUint16(0x84, 0x8664, true)
  view.setUint16(0x98, 0x20b, true)
  if (signed) view.setUint32(0x98 + 112 + 36, 1000, true)
  return bytes
}

const script = '/boot/52-54-00-12-34-56/boot.ipxe'

t.test('BIOS fetched the loader, and its iPXE never asked for DHCP', async t => {
  const story = await startStory(t, { mode: 'server' })
  story.install()
  await story.lease('ovmf-x64', undefined, bios)
  await story.tftp('undionly.kpxe')
  t.strictSame(story.ids(10), [], 'it may still be starting')
  const [verdict, ...more] = story.verdicts(60)
  t.strictSame(more, [])
  t.match(verdict, {
    id: 'loader-silent',
    title: 'undionly.kpxe was fetched, and its iPXE never asked for DHCP',
    advice: /iPXE with drivers of its own/,
  })
  t.match(verdict?.evidence[0], /^\d+ s ago: TFTP: undionly.kpxe sent/)
  t.match(verdict?.evidence[1], /nothing was heard from it in the 60 s since/)

  await story.lease('undionly')
  t.strictSame(story.ids(10), [], 'it took its time')
})

t.test('UEFI with an iPXE that has drivers of its own: a hang is likely', async t => {
  const loaders = { 'ipxe.efi': efi(true) }
  const story = await startStory(t, { mode: 'server', loaders })
  story.install()
  await story.lease('ovmf-x64')
  await story.tftp('ipxe.efi')
  const [verdict, ...more] = story.verdicts(60)
  t.strictSame(more, [], 'it is signed, so Secure Boot is no likely cause')
  t.match(verdict, { id: 'loader-silent', advice: /snponly.efi.*fallback: auto/ })
})

t.test('Secure Boot', async t => {
  t.test('the firmware goes on at once', async t => {
    const story = await startStory(t, { mode: 'server', loaders: { 'ipxe.efi': efi(true) } })
    story.install()
    await story.lease('ovmf-x64')
    await story.tftp('ipxe.efi')
    await story.send(story.packet('ovmf-http-discover'))
    const [verdict] = story.verdicts()
    t.match(verdict, { id: 'secure-boot', title: 'Secure Boot may have refused ipxe.efi' })
    t.match(verdict?.evidence[1], /^then its firmware asked again, 0 s later$/)
    await story.lease('snponly')
    t.strictSame(story.ids(10), [], 'that was its iPXE')
  })

  t.test('nothing more is heard, and the loader is not signed', async t => {
    const story = await startStory(t, { mode: 'server', loaders: { 'ipxe.efi': efi(false) } })
    story.install()
    await story.lease('ovmf-x64')
    await story.tftp('ipxe.efi')
    const verdicts = story.verdicts(60)
    t.strictSame(
      verdicts.map(({ id }) => id),
      ['secure-boot', 'loader-silent'],
    )
    t.ok(verdicts[0]?.evidence.includes('ipxe.efi carries no signature'))
  })

  t.test('BIOS has none', async t => {
    const story = await startStory(t, { mode: 'server' })
    story.install()
    await story.lease('ovmf-x64', undefined, bios)
    await story.tftp('undionly.kpxe')
    await story.send(story.packet('ovmf-x64-discover', { options: bios }))
    t.strictSame(story.ids(), ['loader-silent'])
  })
})

t.test('a download by TFTP that stops at the same byte', async t => {
  const loaders = { 'ipxe.efi': Buffer.alloc(50_000, 'x') }
  const story = await startStory(t, { mode: 'server', loaders })
  story.install()
  await story.lease('ovmf-x64')
  await story.tftp('ipxe.efi', 12)
  await story.lease('ovmf-x64')
  await story.tftp('ipxe.efi', 12)
  const [verdict] = story.verdicts()
  t.match(verdict, {
    id: 'tftp-stall',
    title: 'The download of ipxe.efi by TFTP stops behind byte 12288 of 50000',
    advice: /tftpBlockSize: 1024/,
  })
  t.equal(verdict?.evidence.length, 2)
  await story.lease('ovmf-x64')
  await story.tftp('ipxe.efi')
  t.notOk(story.ids().includes('tftp-stall'), 'at last it came')
})

t.test('a file that is not there', async t => {
  t.test('the loader', async t => {
    const story = await startStory(t, { mode: 'server' })
    story.install()
    const host = story.wired.world.config().hosts.get('node1')
    Object.assign(host as object, { loader: 'gone.efi' })
    await story.lease('ovmf-x64')
    await story.tftp('gone.efi')
    t.match(story.verdicts()[0], {
      id: 'missing-file',
      title: 'It asked for gone.efi, which is not there',
    })
  })

  t.test('names that loaders only look for are not missed', async t => {
    const story = await startStory(t, { mode: 'server' })
    await story.tftp('autoexec.ipxe')
    t.strictSame(story.ids(), [])
  })

  t.test('an image by HTTP', async t => {
    const story = await startStory(t)
    story.install()
    await story.ask(script)
    const gone = await story.ask('/assets/images/gone/initrd.gz')
    t.equal(gone.statusCode, 404)
    t.match(story.verdicts()[0], {
      id: 'missing-file',
      title: 'It asked for /assets/images/gone/initrd.gz, which is not there',
      evidence: [/HTTP: .*initrd.gz not served/],
    })
    story.write('assets/images/gone/initrd.gz', 'x')
    await story.ask('/assets/images/gone/initrd.gz')
    t.strictSame(story.ids(), [], 'somebody has put it there')
  })

  t.test('a machine that asks for names without end does not fill its timeline', async t => {
    const story = await startStory(t)
    for (let n = 0; n < 50; n++) await story.ask(`/assets/none-${n}`)
    t.ok(story.timeline('node1', 'asset').length <= 20, 'at most ten in a minute')
  })

  t.test('what the profile names', async t => {
    const story = await startStory(t)
    const host = story.wired.world.config().hosts.get('node1')
    Object.assign(host?.profile as object, { kernel: '/nowhere/linux' })
    t.match(story.verdicts()[0], {
      id: 'missing-file',
      title: 'Its profile needs a file that is not there: no such kernel: /nowhere/linux',
    })
  })
})

t.test('a kernel that is made for other machines', async t => {
  const story = await startStory(t)
  const arm64 = new Uint8Array(2048)
  arm64.set(Buffer.from('ARM\x64'), 0x38)
  story.write('assets/linux', arm64)
  t.strictSame(story.ids(), [], 'nobody has asked')
  await story.send(story.packet('ovmf-x64-discover'))
  t.match(story.verdicts()[0], {
    id: 'wrong-arch',
    title: 'The kernel of profile debian is not made for this machine (x64-efi)',
    evidence: [/DISCOVER/, /linux runs on arm64-uboot, rpi$/],
  })
})
