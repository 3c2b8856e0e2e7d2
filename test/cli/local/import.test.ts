import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { run } from '../../../src/cli/local/import.ts'
import { bzImage, sha256, writeBuild } from '../../system/media-files.ts'
import { fakeIo } from '../fake.ts'

/** Assets and a build beside them; `bring` imports into them. */
function place(t: Test, options: Parameters<typeof fakeIo>[2] = {}) {
  const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1', options)
  const assets = join(dir, 'assets')
  const images = join(assets, 'images')
  writeBuild(join(dir, 'result'), 'one')
  const bring = (what: readonly string[], name = 'nixos') =>
    run([...what.map(file => join(dir, file)), name, '--assets', assets], io)
  return { io, dir, images, bring, out, err }
}

t.test('a result of nix-build', async t => {
  const { dir, images, bring, out, err } = place(t)
  t.equal(await bring(['result']), 0, err())
  for (const name of ['bzImage', 'initrd', 'netboot.ipxe']) {
    t.same(readFileSync(join(images, 'nixos', name)), readFileSync(join(dir, 'result', name)))
  }
  const sums = readFileSync(join(images, 'nixos/SHA256SUMS'), 'utf8')
  t.match(sums, `${sha256(bzImage('6.12.3-one'))}  bzImage\n`)
  execFileSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(images, 'nixos') })
  t.match(
    out(),
    /images\/nixos: 2 kB, kernel 6\.12\.3-one, \/nix\/store\/one\/init\n\n.*:\n\n {2}nixos:\n {4}nixos: images\/nixos\n$/,
  )
  t.equal(err(), 'bzImage\ninitrd\nnetboot.ipxe\n')
})

t.test('a bar on a terminal', async t => {
  const { bring, err } = place(t, { isTerminal: true })
  t.equal(await bring(['result']), 0)
  t.match(err(), /\[#{24}\] 100 %, .* of .*, netboot\.ipxe\n$/)
})

t.test('a new build takes the place of the old one, which stays for who boots it', async t => {
  const { dir, images, bring } = place(t)
  await bring(['result'])
  const first = readlinkSync(join(images, 'nixos'))
  writeBuild(join(dir, 'result'), 'two')
  t.equal(await bring(['result']), 0)
  const second = readlinkSync(join(images, 'nixos'))
  t.not(second, first)
  t.match(readFileSync(join(images, 'nixos/netboot.ipxe'), 'utf8'), '/nix/store/two/')
  t.match(readFileSync(join(images, first, 'netboot.ipxe'), 'utf8'), '/nix/store/one/')
  writeBuild(join(dir, 'result'), 'three')
  await bring(['result'])
  t.notOk(existsSync(join(images, first)), 'the one before that is gone')
  t.ok(existsSync(join(images, second)))
  t.equal(readdirSync(join(images, '.imported/nixos')).length, 2, 'and no half copy is left')
})

const broken: Readonly<Record<string, readonly [(result: string) => void, RegExp]>> = {
  'a script of another spelling': [
    result =>
      writeFileSync(join(result, 'netboot.ipxe'), 'kernel vmlinuz init=/x\ninitrd initrd\n'),
    /netboot\.ipxe does not name bzImage/,
  ],
  'a script without init': [
    result => writeFileSync(join(result, 'netboot.ipxe'), 'kernel bzImage\ninitrd initrd\n'),
    /netboot\.ipxe has no line "kernel … init=…"/,
  ],
  'a kernel that was cut': [
    result => truncateSync(join(result, 'bzImage'), 1100),
    /bzImage was cut: it has 1100 of 1280 bytes/,
  ],
  'a kernel that is none': [
    result => writeFileSync(join(result, 'bzImage'), '<html>404</html>'),
    /no file of it is a Linux kernel/,
  ],
  'an initrd that is none': [
    result => writeFileSync(join(result, 'initrd'), '<html>404</html>'),
    /initrd is no initrd/,
  ],
  'sums that differ': [
    result => writeFileSync(join(result, 'SHA256SUMS'), `${'0'.repeat(64)}  ./initrd\n`),
    /initrd is not what SHA256SUMS says/,
  ],
}
for (const [what, [harm, why]] of Object.entries(broken)) {
  t.test(`${what}: refused, and what was there stays`, async t => {
    const { dir, images, bring, err } = place(t)
    await bring(['result'])
    const before = readlinkSync(join(images, 'nixos'))
    harm(join(dir, 'result'))
    t.equal(await bring(['result']), 1)
    t.match(err(), why)
    t.match(err(), /; nothing was changed\n$/)
    t.equal(readlinkSync(join(images, 'nixos')), before)
    t.strictSame(readdirSync(join(images, '.imported/nixos')).length, 1)
  })
}

t.test('a kexec tarball is unpacked', async t => {
  const { dir, images, bring, out, err } = place(t)
  const folder = join(dir, 'kexec')
  mkdirSync(folder)
  writeFileSync(join(folder, 'bzImage'), bzImage('6.12.1'))
  writeFileSync(join(folder, 'initrd'), readFileSync(join(dir, 'result/initrd')))
  writeFileSync(join(folder, 'kexec'), 'a static program')
  writeFileSync(join(folder, 'run'), readFileSync('test/fixtures/kexec/run'))
  execFileSync('tar', ['-czf', 'installer.tar.gz', 'kexec'], { cwd: dir })
  t.equal(await bring(['installer.tar.gz'], 'installer'), 0, err())
  t.match(out(), /\n {2}installer:\n {4}kexec: images\/installer\n$/)
  t.equal(readFileSync(join(images, 'installer/kexec'), 'utf8'), 'a static program')
  t.notMatch(readdirSync(images).join(), /unpacked/)
})

t.test('any kernel with its initrds, named one by one', async t => {
  const { dir, images, bring, out } = place(t)
  writeFileSync(join(dir, 'linux'), bzImage('6.1.0-40-amd64'))
  writeFileSync(join(dir, 'initrd.gz'), readFileSync(join(dir, 'result/initrd')))
  t.equal(await bring(['linux', 'initrd.gz'], 'debian'), 0)
  t.match(
    out(),
    /kernel 6\.1\.0-40-amd64\n\n.*\n\n {2}debian:\n {4}kernel: images\/debian\/linux\n {4}initrd: \[images\/debian\/initrd\.gz\]\n$/,
  )
  t.strictSame(readdirSync(join(images, 'debian')), ['SHA256SUMS', 'initrd.gz', 'linux'])
})

t.test('loaders beside them are no initrds: the folder of Debian’s netboot files', async t => {
  const { dir, bring, out } = place(t)
  const folder = join(dir, 'netboot')
  mkdirSync(folder)
  writeFileSync(join(folder, 'linux'), bzImage('6.1.0-40-amd64'))
  writeFileSync(join(folder, 'initrd.gz'), readFileSync(join(dir, 'result/initrd')))
  writeFileSync(join(folder, 'amd-ucode.img'), '070701 microcode')
  for (const loader of ['bootnetx64.efi', 'grubx64.efi']) writeFileSync(join(folder, loader), 'MZ')
  writeFileSync(join(folder, 'pxelinux.0'), Buffer.of(0xfa, 0xfc))
  t.equal(await bring(['netboot'], 'debian'), 0)
  t.match(out(), '    initrd: [images/debian/amd-ucode.img, images/debian/initrd.gz]\n')
})

t.test('a folder that somebody made by hand is not touched', async t => {
  const { images, bring, err } = place(t)
  mkdirSync(join(images, 'nixos'), { recursive: true })
  t.equal(await bring(['result']), 1)
  t.match(err(), /images\/nixos is there and was not imported; move it away/)
  t.ok(lstatSync(join(images, 'nixos')).isDirectory())
})

t.test('what is not there, a broken tarball, and wrong words', async t => {
  const { io, dir, bring, err } = place(t)
  t.equal(await bring(['nowhere']), 1)
  t.match(err(), /there is no .*nowhere/)
  appendFileSync(join(dir, 'broken.tar.gz'), 'no tar')
  t.equal(await bring(['broken.tar.gz']), 1)
  t.match(err(), /tar cannot unpack .*broken\.tar\.gz/)
  t.equal(await bring(['result'], '../etc'), 2)
  t.equal(await run([join(dir, 'result')], io), 2)
  t.match(err(), /it needs what to import, and a name for it/)
  t.equal(await run([join(dir, 'result'), 'x'], io), 2)
  t.match(err(), /it needs --config FILE or --assets FOLDER/)
})

t.test('whatever the umask, the daemon of another user can read it', async t => {
  const { images, bring } = place(t)
  const umask = process.umask(0o077)
  t.teardown(() => process.umask(umask))
  t.equal(await bring(['result']), 0)
  for (const name of ['', 'bzImage', 'SHA256SUMS']) {
    t.equal(statSync(join(images, 'nixos', name)).mode & 0o044, 0o044, name)
  }
})

t.test('the config says where the assets are', async t => {
  const { io, dir, images } = place(t)
  writeFileSync(join(dir, 'c.yaml'), 'networks: { lan: {} }\nassets: assets\n')
  t.equal(await run([join(dir, 'result'), 'x', '--config', join(dir, 'c.yaml')], io), 0)
  t.ok(existsSync(join(images, 'x/bzImage')))
})
