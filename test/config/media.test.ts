import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { kexecArguments, netbootArguments, readMedia } from '../../src/config/media.ts'
import { makeFolder } from '../folder.ts'
import { lan, load } from './check.ts'

const fixtures = 'test/fixtures'
const init =
  'init=/nix/store/5n9vqy5l4c0fz6v1h3h8y5f0m2p7c1ds-nixos-system-nixos-25.11.20251105.ae814fd/init'
const params =
  'console=tty0 console=ttyS0,115200 nohibernate root=fstab loglevel=4 lsm=landlock,yama,bpf'

t.test('a folder as nix-build leaves it', async t => {
  const folder = folderOf(makeFolder(t), ['bzImage', 'initrd'], 'nixos/result/netboot.ipxe')
  t.strictSame(readMedia({ form: 'nixos', folder }), {
    kernel: join(folder, 'bzImage'),
    initrd: join(folder, 'initrd'),
    told: join(folder, 'netboot.ipxe'),
    cmdline: `${init} ${params}`,
  })
})

t.test('the files of a release of nixos-images', async t => {
  const names = ['bzImage-x86_64-linux', 'initrd-x86_64-linux']
  const script = 'nixos/release/netboot-x86_64-linux.ipxe'
  const folder = folderOf(makeFolder(t), names, script)
  t.strictSame(readMedia({ form: 'nixos', folder }), {
    kernel: join(folder, 'bzImage-x86_64-linux'),
    initrd: join(folder, 'initrd-x86_64-linux'),
    told: join(folder, 'netboot-x86_64-linux.ipxe'),
    cmdline: `${init} nohibernate loglevel=4`,
  })
})

t.test('a kernel of arm64 is called Image', async t => {
  const folder = folderOf(makeFolder(t), ['Image', 'initrd'], 'nixos/result/netboot.ipxe')
  t.equal(readMedia({ form: 'nixos', folder }).kernel, join(folder, 'Image'))
})

t.test('a kexecTree', async t => {
  const folder = folderOf(makeFolder(t), ['bzImage', 'initrd.gz'], 'kexec/kexec-boot')
  t.strictSame(readMedia({ form: 'kexec', folder }), {
    kernel: join(folder, 'bzImage'),
    initrd: join(folder, 'initrd.gz'),
    told: join(folder, 'kexec-boot'),
    cmdline:
      'init=/nix/store/5n9vqy5l4c0fz6v1h3h8y5f0m2p7c1ds-nixos-system-nixos-kexec-25.11/init console=ttyS0,115200 loglevel=4',
  })
})

t.test('an unpacked kexec tarball, which brings its own kexec', async t => {
  const folder = folderOf(makeFolder(t), ['bzImage', 'initrd', 'kexec'], 'kexec/run')
  t.strictSame(readMedia({ form: 'kexec', folder }), {
    kernel: join(folder, 'bzImage'),
    initrd: join(folder, 'initrd'),
    told: join(folder, 'run'),
    kexec: join(folder, 'kexec'),
    cmdline:
      'init=/nix/store/5n9vqy5l4c0fz6v1h3h8y5f0m2p7c1ds-nixos-system-nixos-installer-25.11/init nohibernate loglevel=4',
  })
})

t.test('a result is a symlink: all is of the build that it leads to', async t => {
  const folder = makeFolder(t, { store: { a: {}, b: {} }, result: t.fixture('symlink', 'store/a') })
  for (const build of ['a', 'b']) {
    folderOf(join(folder, 'store', build), ['bzImage', 'initrd'], 'nixos/result/netboot.ipxe')
  }
  const media = { form: 'nixos', folder: join(folder, 'result') } as const
  t.equal(readMedia(media).kernel, join(folder, 'store/a/bzImage'))
  symlinkSync('store/b', join(folder, 'next'))
  renameSync(join(folder, 'next'), join(folder, 'result'))
  t.equal(readMedia(media).kernel, join(folder, 'store/b/bzImage'))
})

t.test('what is missing is named', async t => {
  const folder = makeFolder(t, { bzImage: '' })
  t.match(readMedia({ form: 'nixos', folder }), {
    kernel: join(folder, 'bzImage'),
    cmdline: '',
    problem: { code: 'media-incomplete', folder, missing: ['initrd', 'netboot.ipxe'] },
  })
})

t.test('a script without init is of no use', async t => {
  const folder = makeFolder(t, {
    bzImage: '',
    initrd: '',
    'netboot.ipxe': '#!ipxe\nkernel bzImage\n',
  })
  t.match(readMedia({ form: 'nixos', folder }).problem, {
    code: 'media-without-arguments',
    wanted: 'line "kernel … init=…"',
  })
})

t.test('the kernel line in a script with Windows line ends', async t => {
  t.equal(netbootArguments('#!ipxe\r\n kernel bzImage init=/i  a\r\nboot\r\n'), 'init=/i a')
})

t.test('the arguments of a kexec script in either quotes', async t => {
  t.equal(kexecArguments("kexec --command-line='init=/i a b'"), 'init=/i a b')
  t.equal(kexecArguments('kexec --command-line "console=ttyS0"'), undefined)
})

t.test('a missing folder stops only the hosts that need it', async t => {
  for (const form of ['nixos', 'kexec']) {
    const { config, problems } = load(
      t,
      `${lan}profiles: { n: { ${form}: nowhere } }\nhosts: { a: { mac: 52:54:00:00:00:01, profile: n } }\n`,
    )
    t.ok(config)
    t.match(problems, [{ severity: 'warning', path: `profiles.n.${form}`, hosts: ['a'] }])
  }
})

t.test('a profile keeps the folder, not what it says today', async t => {
  const netboot = readFileSync(join(fixtures, 'nixos/result/netboot.ipxe'), 'utf8')
  const files = { 'result/bzImage': '', 'result/initrd': '', 'result/netboot.ipxe': netboot }
  const yaml = `${lan}assets: .\nprofiles: { n: { nixos: result, cmdline: "mine={{ host.name }}" } }\n`
  const { config, problems, folder } = load(t, yaml, files)
  t.strictSame(problems, [])
  t.match(config?.profiles.get('n'), {
    media: { form: 'nixos', folder: join(folder, 'result') },
    cmdline: 'mine={{ host.name }}',
  })
})

t.test('who boots something else inherits nothing of the media', async t => {
  const yaml = `${lan}profiles:
  a: { nixos: x, checksums: { bzImage: "${'0'.repeat(64)}" } }
  b: { extends: a, kernel: linux }
  c: { extends: b, kexec: y }
`
  const { config } = load(t, yaml)
  t.match(config?.profiles.get('b'), { media: undefined, checksums: undefined, initrd: [] })
  t.match(config?.profiles.get('c'), { media: { form: 'kexec' } })
})

/** Makes the files, empty, and the script of a fixture. */
function folderOf(folder: string, empty: string[], script: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of empty) writeFileSync(join(folder, name), '')
  copyFileSync(join(fixtures, script), join(folder, script.replace(/^.*\//, '')))
  return folder
}
