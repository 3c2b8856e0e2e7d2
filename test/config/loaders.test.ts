import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { findLoader, findLoaders, findOthers, lackOfLoader } from '../../src/config/loaders.ts'
import { makeFolder } from '../folder.ts'

function touch(folder: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), '')
  }
}

t.test('assets/loaders comes first, and snponly before ipxe', async t => {
  const folder = makeFolder(t)
  const assets = join(folder, 'assets')
  touch(folder, 'assets/loaders/ipxe.efi', 'usr/share/ipxe/snponly.efi', 'boot/undionly.kpxe')
  const found = findLoaders(assets, folder)
  t.strictSame(Object.fromEntries(found.loaders), {
    bios: { name: 'undionly.kpxe', path: join(folder, 'boot/undionly.kpxe') },
    'x64-efi': { name: 'ipxe.efi', path: join(assets, 'loaders/ipxe.efi') },
  })
  touch(assets, 'loaders/snponly.efi')
  t.equal(findLoaders(assets, folder).loaders.get('x64-efi')?.name, 'snponly.efi')
})

t.test('names of other archs, flat', async t => {
  const folder = makeFolder(t)
  touch(folder, 'loaders/ipxe-i386.efi', 'loaders/arm64-efi/snponly.efi', 'loaders/ipxe.pxe')
  const { loaders } = findLoaders(folder, folder)
  t.equal(loaders.get('bios')?.name, 'ipxe.pxe')
  t.equal(loaders.get('ia32-efi')?.name, 'ipxe-i386.efi')
  t.strictSame(loaders.get('arm64-efi'), {
    name: 'snponly-arm64.efi',
    path: join(folder, 'loaders/arm64-efi/snponly.efi'),
  })
})

t.test('each missing loader has one line, with the package that has it', async t => {
  const folder = makeFolder(t)
  const { missing } = findLoaders(folder, folder)
  const lines = new Map(missing.map(({ arch, line }) => [arch, line]))
  const put = 'put one into assets/loaders'
  t.strictSame(Object.fromEntries(lines), {
    bios: `bios: no undionly.kpxe; install the package "ipxe" or ${put}`,
    'x64-efi': `x64-efi: no ipxe.efi; install the package "ipxe" or ${put}`,
    'ia32-efi': `ia32-efi: no grubia32.efi; install the package "debian-installer-12-netboot-i386" or ${put}`,
    'arm64-efi': `arm64-efi: no grubaa64.efi; install the package "debian-installer-12-netboot-arm64" or ${put}`,
    'arm32-efi': `arm32-efi: no snponly-arm32.efi; ${put}`,
    'riscv64-efi': `riscv64-efi: no snponly-riscv64.efi; ${put}`,
    'loong64-efi': `loong64-efi: no snponly-loong64.efi; ${put}`,
  })
})

t.test('what distributions have is served by the names that machines ask for', async t => {
  const folder = makeFolder(t)
  const tree = 'usr/lib/debian-installer/images'
  touch(
    folder,
    'usr/lib/shim/shimx64.efi.signed',
    'usr/lib/shim/secret.efi',
    'usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
    'usr/lib/PXELINUX/lpxelinux.0',
    'usr/lib/syslinux/modules/bios/ldlinux.c32',
    `${tree}/9/arm64/text/debian-installer/arm64/grubaa64.efi`,
    `${tree}/12/arm64/text/debian-installer/arm64/grubaa64.efi`,
    `${tree}/12/arm64/text/debian-installer/arm64/bootnetaa64.efi`,
    `${tree}/12/i386/text/debian-installer/i386/grubia32.efi`,
  )
  const others = findOthers(join(folder, 'assets'), folder)
  const paths = Object.fromEntries(
    others.map(({ name, path }) => [name, path.slice(folder.length + 1)]),
  )
  t.strictSame(paths, {
    'lpxelinux.0': 'usr/lib/PXELINUX/lpxelinux.0',
    'ldlinux.c32': 'usr/lib/syslinux/modules/bios/ldlinux.c32',
    'shimx64.efi': 'usr/lib/shim/shimx64.efi.signed',
    'grubx64.efi': 'usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
    'shimaa64.efi': `${tree}/12/arm64/text/debian-installer/arm64/bootnetaa64.efi`,
    'grubaa64.efi': `${tree}/12/arm64/text/debian-installer/arm64/grubaa64.efi`,
    'grubia32.efi': `${tree}/12/i386/text/debian-installer/i386/grubia32.efi`,
  })
  t.equal(findLoader(folder, 'secret.efi', folder), undefined, 'nothing else of those folders')
  t.equal(findLoaders(folder, folder).loaders.get('arm64-efi')?.name, 'grubaa64.efi')
  t.equal(findLoaders(folder, folder).loaders.get('ia32-efi')?.name, 'grubia32.efi')
})

t.test('every file in assets/loaders is served, and no symlink that nobody named', async t => {
  const folder = makeFolder(t, {
    loaders: { 'own.efi': '', link: t.fixture('symlink', '../secret') },
  })
  t.strictSame(findOthers(folder, folder), [
    { name: 'own.efi', path: join(folder, 'loaders/own.efi') },
  ])
})

t.test('what a loader lacks', async t => {
  const folder = makeFolder(t)
  const lack = (name: string) => lackOfLoader(join(folder, 'assets'), name, folder)
  const put = 'put one into assets/loaders'
  t.equal(lack('mine.efi'), `there is no mine.efi; ${put}`)
  t.equal(lack('pxelinux.0'), `there is no pxelinux.0; install the package "pxelinux" or ${put}`)
  touch(folder, 'usr/lib/PXELINUX/pxelinux.0', 'assets/loaders/shimx64.efi')
  const needs = `pxelinux.0 needs ldlinux.c32; install the package "syslinux-common" or ${put}`
  t.equal(lack('pxelinux.0'), needs)
  t.match(lack('shimx64.efi'), 'shimx64.efi needs grubx64.efi; install the package "grub-efi-amd64')
  touch(folder, 'assets/loaders/ldlinux.c32')
  t.equal(lack('pxelinux.0'), undefined)
})
