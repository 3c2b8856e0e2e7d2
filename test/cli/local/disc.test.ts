import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { run } from '../../../src/cli/local/import.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { discLayouts, discPartsOf } from '../../../src/system/discs.ts'
import { initrd, makeDisc } from '../../system/disc.ts'
import { bzImage } from '../../system/media-files.ts'
import { fakeIo } from '../fake.ts'

const system = Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(300_000, 'system')])

function place(t: Test) {
  const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1')
  const images = join(dir, 'assets/images')
  const bring = (disc: string) => run([disc, 'live', '--assets', join(dir, 'assets')], io)
  return { dir, images, bring, out, err }
}

/** The name of a file of a layout. */
const named = (pattern: string) => pattern.replace('boot/*/', 'boot/x86_64/').replaceAll('*', '-1')

for (const layout of discLayouts) {
  t.test(layout.title, async t => {
    const { dir, images, bring, out, err } = place(t)
    const kernel = bzImage('6.1.0-disc')
    const files: Record<string, Uint8Array> = {
      ...{ [named(layout.kernel)]: kernel, [named(layout.initrd)]: initrd },
      ...(layout.system !== undefined && { [named(layout.system)]: system }),
      ...{ 'boot/grub/grub.cfg': Buffer.from('menu'), 'pool/a.deb': Buffer.alloc(90_000) },
    }
    const disc = makeDisc(dir, files)
    t.equal(await bring(disc), 0, err())
    const last = (path: string) => named(path).split('/').at(-1) ?? ''
    t.same(readFileSync(join(images, 'live', last(layout.kernel))), kernel)
    t.same(readFileSync(join(images, 'live', last(layout.initrd))), initrd)
    if (layout.system) t.same(readFileSync(join(images, 'live', last(layout.system))), system)
    t.equal(existsSync(join(images, 'live/disc.iso')), layout.whole === true)
    t.notOk(existsSync(join(images, 'live/a.deb')))
    t.match(out(), `# ${layout.title}`)
    const profile = out().slice(out().indexOf('  live:'))
    const config = join(dir, 'c.yaml')
    writeFileSync(config, `networks: { lan: {} }\nprofiles:\n${profile}`)
    t.strictSame(loadConfig(config).problems, [], 'the profile fits as it is')
    t.notMatch(out(), /\{(url|system|disc)\}/)
    t.strictSame(
      readdirSync(images).filter(name => name.startsWith('.unpacked')),
      [],
    )
  })
}

t.test('a bar on a terminal goes from nothing to all of each file', async t => {
  const { io, dir, err } = fakeIo(t, 'http://127.0.0.1:1', { isTerminal: true })
  const large = Buffer.concat([initrd, Buffer.alloc(3_000_000)])
  const disc = makeDisc(dir, { 'casper/vmlinuz': bzImage('6.1'), 'casper/initrd': large })
  t.equal(await run([disc, 'live', '--assets', join(dir, 'assets')], io), 0)
  t.match(err(), /\d+ %, .* of 3.2 MB, initrd/)
  const [, first = '100'] = /(\d+) %, .* of 3.2 MB, initrd/.exec(err()) ?? []
  t.ok(Number(first) < 100, 'it does not begin at its end')
})

t.test('what is known of no distribution, and the installer that wants its disc', async t => {
  const { dir, images, bring, err } = place(t)
  t.equal(await bring(makeDisc(dir, { 'readme.txt': Buffer.from('hello') })), 1)
  t.match(err(), /laid out like no distribution that is known here: a profile with `iso:`/)
  t.equal(await bring(makeDisc(dir, { 'install.amd/vmlinuz': bzImage('1') })), 1)
  t.match(err(), /`bootwright pull debian` has the one that netboots/)
  t.notOk(existsSync(join(images, 'live')))
})

t.test('a disc that was cut, and one without bsdtar', async t => {
  const { dir, images, bring, err } = place(t)
  const { kernel, initrd: second } = { kernel: 'casper/vmlinuz', initrd: 'casper/initrd' }
  const disc = makeDisc(dir, { [kernel]: bzImage('6.1'), [second]: initrd })
  const { PATH } = process.env
  process.env.PATH = '/nowhere'
  t.equal(await bring(disc), 1)
  process.env.PATH = PATH
  t.match(err(), 'bsdtar is missing; install the package libarchive-tools')
  truncateSync(disc, 100_000)
  t.equal(await bring(disc), 1)
  t.match(err(), /nothing was changed/)
  t.notOk(existsSync(join(images, 'live')))
})

t.test(
  'the newest or only one of several kernels; nothing of a folder that is called like a file',
  async t => {
    t.equal(discPartsOf(['live', 'casper/vmlinuz/x', 'casper/initrd']), undefined)
    const names = ['./boot/vmlinuz-lts', './boot/initramfs-lts', './boot/modloop-lts']
    t.match(discPartsOf(names), { kernel: 'boot/vmlinuz-lts', system: 'boot/modloop-lts' })
  },
)

t.test('interrupted: nothing half is left', async t => {
  const interrupted = new AbortController()
  const { io, dir, err } = fakeIo(t, 'http://127.0.0.1:1', { signal: interrupted.signal })
  const disc = makeDisc(dir, { 'casper/vmlinuz': bzImage('6.1'), 'casper/initrd': initrd })
  const assets = join(dir, 'assets')
  const ended = run([disc, 'live', '--assets', assets], io)
  interrupted.abort()
  t.equal(await ended, 1)
  t.match(err(), 'bootwright import: interrupted; nothing was changed\n')
  t.strictSame(readdirSync(join(assets, 'images')), [])
})
