import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { kernelArguments, readNetbootFolder } from '../../src/config/nixos.ts'
import { lan, load } from './check.ts'

const fixtures = 'test/fixtures/nixos'
const init =
  'init=/nix/store/5n9vqy5l4c0fz6v1h3h8y5f0m2p7c1ds-nixos-system-nixos-25.11.20251105.ae814fd/init'
const params =
  'console=tty0 console=ttyS0,115200 nohibernate root=fstab loglevel=4 lsm=landlock,yama,bpf'

t.test('a folder as nix-build leaves it', async t => {
  const folder = folderOf(t.testdir(), 'result', ['bzImage', 'initrd'], 'netboot.ipxe')
  t.strictSame(readNetbootFolder(folder), {
    kernel: join(folder, 'bzImage'),
    initrd: join(folder, 'initrd'),
    cmdline: `${init} ${params}`,
  })
})

t.test('the files of a release of nixos-images', async t => {
  const names = ['bzImage-x86_64-linux', 'initrd-x86_64-linux']
  const folder = folderOf(t.testdir(), 'release', names, 'netboot-x86_64-linux.ipxe')
  t.strictSame(readNetbootFolder(folder), {
    kernel: join(folder, 'bzImage-x86_64-linux'),
    initrd: join(folder, 'initrd-x86_64-linux'),
    cmdline: `${init} nohibernate loglevel=4`,
  })
})

t.test('a kernel of arm64 is called Image', async t => {
  const folder = folderOf(t.testdir(), 'result', ['Image', 'initrd'], 'netboot.ipxe')
  t.equal(readNetbootFolder(folder).kernel, join(folder, 'Image'))
})

t.test('what is missing is named', async t => {
  const folder = t.testdir({ bzImage: '' })
  t.match(readNetbootFolder(folder), {
    kernel: join(folder, 'bzImage'),
    cmdline: '',
    problem: `${folder} has no initrd, netboot.ipxe`,
  })
})

t.test('a script without init is of no use', async t => {
  const folder = t.testdir({ bzImage: '', initrd: '', 'netboot.ipxe': '#!ipxe\nkernel bzImage\n' })
  t.match(readNetbootFolder(folder).problem, /has no line "kernel … init=…"/)
})

t.test('the kernel line in a script with Windows line ends', async t => {
  t.equal(kernelArguments('#!ipxe\r\n kernel bzImage init=/i  a\r\nboot\r\n'), 'init=/i a')
})

t.test('its arguments come before the profile’s own', async t => {
  const netboot = readFileSync(join(fixtures, 'result/netboot.ipxe'), 'utf8')
  const { config, problems } = load(
    t,
    `${lan}assets: .
profiles:
  n:
    nixos: result
    cmdline: mine={{ host.name }}
`,
    { 'result/bzImage': '', 'result/initrd': '', 'result/netboot.ipxe': netboot },
  )
  t.strictSame(problems, [])
  t.equal(config?.profiles.get('n')?.cmdline, `${init} ${params} mine={{ host.name }}`)
})

t.test('a missing folder stops only the hosts that need it', async t => {
  const { config, problems } = load(
    t,
    `${lan}profiles: { n: { nixos: nowhere } }\nhosts: { a: { mac: 52:54:00:00:00:01, profile: n } }\n`,
  )
  t.ok(config)
  t.match(problems, [{ severity: 'warning', path: 'profiles.n.nixos', hosts: ['a'] }])
})

function folderOf(folder: string, fixture: string, empty: string[], script: string): string {
  for (const name of empty) writeFileSync(join(folder, name), '')
  copyFileSync(join(fixtures, fixture, script), join(folder, script))
  return folder
}
