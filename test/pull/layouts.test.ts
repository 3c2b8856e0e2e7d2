import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stringify } from 'yaml'
import { run } from '../../src/cli/local/pull.ts'
import { fakeIo } from '../cli/fake.ts'
import { makeFolder } from '../folder.ts'
import { bzImage } from '../system/media-files.ts'
import { createSigner, sha256, startPublisher } from './publisher.ts'

const kernel = bzImage('6.1.0-test')
const initrd = Buffer.from('1f8b080000', 'hex')

/** An entry of the operator's own, and `pull mine`. */
async function own(t: Test, entry: object) {
  const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1', { env: {} })
  const base = { title: 'x', versions: { 1: {} }, archs: { amd64: {} } }
  writeFileSync(join(dir, 'catalogue.yaml'), stringify({ mine: { ...base, ...entry } }))
  writeFileSync(join(dir, 'config.yaml'), 'networks: { lan: { interface: lo } }\n')
  const files = [...['--config', join(dir, 'config.yaml')]]
  const pull = () => run(['mine', ...files, '--catalogue', join(dir, 'catalogue.yaml')], io)
  return { pull, image: join(dir, 'assets/images/mine'), out, err }
}

t.test('each file with a signature of its own, by a key that is text', async t => {
  const server = await startPublisher(t)
  const signer = createSigner(t)
  server.files.set('/linux', kernel)
  server.files.set('/linux.sig', signer.detached(kernel))
  const url = `${server.url}/linux`
  const { pull, image, err } = await own(t, {
    gpg: { file: signer.armoured },
    files: { linux: { url, signature: `${url}.sig` } },
    profile: { kernel: '{image}/linux' },
  })
  t.equal(await pull(), 0, err())
  t.same(readFileSync(join(image, 'linux')), kernel)
  t.strictSame(
    readdirSync(image).sort(),
    ['.source.json', 'SHA256SUMS', 'linux'],
    'no signature is among them',
  )
  server.files.set('/linux', bzImage('6.6.6-evil'))
  t.equal(await pull(), 1)
  t.match(err(), /linux: its signature is wrong/)
  t.same(readFileSync(join(image, 'linux')), kernel)
})

t.test('an archive that is verified, and unpacked', async t => {
  const server = await startPublisher(t)
  const signer = createSigner(t)
  const folder = join(makeFolder(t), 'netboot')
  mkdirSync(join(folder, 'boot'), { recursive: true })
  writeFileSync(join(folder, 'boot/vmlinuz'), kernel)
  writeFileSync(join(folder, 'boot/initramfs'), initrd)
  const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'boot'])
  server.files.set('/SUMS', signer.clear(`${sha256(archive)}  netboot.tar.gz\n`))
  server.files.set('/netboot.tar.gz', archive)
  const file = { url: `${server.url}/netboot.tar.gz`, in: 'netboot.tar.gz' }
  const entry = (members: readonly string[]) => ({
    lists: [{ url: `${server.url}/SUMS`, gpg: { file: signer.keyring } }],
    files: { 'netboot.tar.gz': { ...file, unpack: members } },
    profile: { kernel: '{image}/vmlinuz', initrd: '{image}/initramfs' },
  })
  const good = await own(t, entry(['boot/vmlinuz', 'boot/initramfs']))
  t.equal(await good.pull(), 0, good.err())
  t.strictSame(readdirSync(good.image).sort(), [
    '.source.json',
    'SHA256SUMS',
    'initramfs',
    'vmlinuz',
  ])
  t.match(good.out(), '  mine:\n    kernel: images/mine/vmlinuz\n')
  const lacking = await own(t, entry(['boot/vmlinuz', 'boot/gone']))
  t.equal(await lacking.pull(), 1)
  t.match(lacking.err(), 'no boot/gone in netboot.tar.gz')
  t.notOk(existsSync(lacking.image))
})
