import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readMedia } from '../../src/config/media.ts'
import { buildAgent, debianArch } from '../../src/system/agent-image.ts'
import { readImage } from '../../src/system/images.ts'
import { findKernel } from '../../src/system/kernels.ts'
import { makeFolder } from '../folder.ts'

const skip = findKernel() ? false : 'there is no kernel here'

/** What the hook makes besides. */
const writer = 'echo 070702 > "$2/writer.cpio.zst"'

/** Builds with a shell script in place of mkinitramfs; `$4` is the initrd that it has to write. */
function builder(t: Test, script: string) {
  const folder = makeFolder(t, {
    images: {},
    mkinitramfs: `#!/bin/sh
${writer}
${script}
`,
  })
  const images = join(folder, 'images')
  const order = { images, name: 'agent', arch: debianArch(), show: () => undefined }
  const build = () =>
    buildAgent({ ...order, program: ['sh', join(folder, 'mkinitramfs')] }, readMedia)
  return { folder, images, build }
}

t.test('kernel, initrd, and what they are made of', { skip }, async t => {
  const { images, build } = builder(
    t,
    'set -e; test -x "$2/hooks/build"; test -f "$2/agent/init"; test -f "$2/drivers"; test -n "$TMPDIR"\n' +
      'test "$SOURCE_DATE_EPOCH" = 1; test -f "$2/initramfs.conf"; test -f "$2/writer/image"; test -f "$2/writer/erase"; test ! -e "$2/agent/image"; test ! -e "$2/agent/build"\n' +
      'echo "070701 $5" > "$4"',
  )
  const { kernel, source } = await build()
  t.equal(readFileSync(join(images, 'agent/initrd'), 'utf8'), `070701 ${findKernel()?.version}\n`)
  t.equal(readFileSync(join(images, 'agent/writer'), 'utf8'), '070702\n')
  t.equal(kernel.version?.split(' ')[0], findKernel()?.version)
  t.match(source, { name: 'agent', version: /^\d+\.\d+\.\d+-[0-9a-f]{8}$/, proof: 'built' })
  t.match(source?.packages?.join(), /^linux-image-\S+ \d/)
  const again = await build()
  t.equal(again.source?.version, source?.version, 'the same bytes have the same version')
  t.strictSame(readImage(join(images, 'agent'), readMedia)?.source?.packages, source?.packages)
})

t.test('what goes wrong leaves the agent before', { skip }, async t => {
  const good = builder(t, 'echo 070701 > "$4"')
  await good.build()
  const script = join(good.folder, 'mkinitramfs')
  writeFileSync(script, 'echo first >&2; echo "E: no hook" >&2; exit 1')
  await t.rejects(good.build(), { message: 'mkinitramfs failed: first; E: no hook' })
  writeFileSync(script, `${writer}; truncate -s 70M "$4"`)
  await t.rejects(good.build(), { message: /^kernel and initrds are \d+ MB, more than 60 MB$/ })
  t.equal(readFileSync(join(good.images, 'agent/initrd'), 'utf8'), '070701\n')
})

t.test('an agent that was cut is told so', { skip }, async t => {
  const { images, build } = builder(t, 'echo 070701 > "$4"')
  await build()
  truncateSync(join(images, 'agent/linux'), 100_000)
  t.match(readImage(join(images, 'agent'), readMedia)?.problem, { code: 'kernel-cut' })
  t.ok(existsSync(join(images, 'agent/SHA256SUMS')))
})
