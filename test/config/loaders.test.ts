import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { findLoaders } from '../../src/config/loaders.ts'

function touch(folder: string, ...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), '')
  }
}

t.test('assets/loaders comes first, and snponly before ipxe', async t => {
  const folder = t.testdir()
  touch(folder, 'assets/loaders/ipxe.efi', 'system/snponly.efi', 'system/undionly.kpxe')
  const found = findLoaders(join(folder, 'assets'), [join(folder, 'none'), join(folder, 'system')])
  t.strictSame(Object.fromEntries(found.loaders), {
    bios: { name: 'undionly.kpxe', path: join(folder, 'system/undionly.kpxe') },
    'x64-efi': { name: 'ipxe.efi', path: join(folder, 'assets/loaders/ipxe.efi') },
  })
  touch(folder, 'assets/loaders/snponly.efi')
  t.equal(findLoaders(join(folder, 'assets'), []).loaders.get('x64-efi')?.name, 'snponly.efi')
})

t.test('names of other archs, flat', async t => {
  const folder = t.testdir()
  touch(folder, 'loaders/ipxe-i386.efi', 'loaders/arm64-efi/snponly.efi', 'loaders/ipxe.pxe')
  const { loaders } = findLoaders(folder, [])
  t.equal(loaders.get('bios')?.name, 'ipxe.pxe')
  t.equal(loaders.get('ia32-efi')?.name, 'ipxe-i386.efi')
  t.strictSame(loaders.get('arm64-efi'), {
    name: 'snponly-arm64.efi',
    path: join(folder, 'loaders/arm64-efi/snponly.efi'),
  })
})

t.test('each missing loader has one line', async t => {
  const { missing } = findLoaders(t.testdir(), [])
  const lines = new Map(missing.map(({ arch, line }) => [arch, line]))
  t.equal(
    lines.get('x64-efi'),
    'x64-efi: no ipxe.efi; install the package "ipxe" or put one into assets/loaders',
  )
  t.equal(
    lines.get('bios'),
    'bios: no undionly.kpxe; install the package "ipxe" or put one into assets/loaders',
  )
  t.equal(lines.get('arm64-efi'), 'arm64-efi: no snponly-arm64.efi; put one into assets/loaders')
})
