import t from 'tap'
import { archOfType, archs, isEfi, typesOfArch } from '../../src/boot/arch.ts'

/** IANA "Processor Architecture Types": number, arch, whether it stands for HTTP Boot. */
const rows = [
  [0, 'bios', false],
  [6, 'ia32-efi', false],
  [7, 'x64-efi', false],
  [9, 'x64-efi', false],
  [10, 'arm32-efi', false],
  [11, 'arm64-efi', false],
  [12, 'ppc64', false],
  [14, 'ppc64', false],
  [15, 'ia32-efi', true],
  [16, 'x64-efi', true],
  [18, 'arm32-efi', true],
  [19, 'arm64-efi', true],
  [20, 'bios', true],
  [21, 'arm32-uboot', false],
  [22, 'arm64-uboot', false],
  [23, 'arm32-uboot', true],
  [24, 'arm64-uboot', true],
  [27, 'riscv64-efi', false],
  [28, 'riscv64-efi', true],
  [31, 's390x', false],
  [32, 's390x', false],
  [39, 'loong64-efi', false],
  [40, 'loong64-efi', true],
  [41, 'rpi', false],
] as const

for (const [type, arch, http] of rows) {
  t.test(`type ${type} is ${arch}${http ? ' by HTTP Boot' : ''}`, async t => {
    t.strictSame(archOfType(type), { arch, http })
  })
}

t.test('every other number of 16 bits is unknown, never an error', async t => {
  const known = new Set<number>(rows.map(([type]) => type))
  for (let type = 0; type <= 0xffff; type++) {
    if (known.has(type)) continue
    if (archOfType(type).arch !== 'unknown') t.fail(`type ${type} is ${archOfType(type).arch}`)
  }
  t.strictSame(archOfType(-1), { arch: 'unknown', http: false })
  t.strictSame(archOfType(Number.NaN), { arch: 'unknown', http: false })
})

t.test('every arch has a number, and the number means that arch', async t => {
  // U-Boot tells by its vendor class that it is U-Boot.
  t.strictSame(typesOfArch('uboot', false), [])
  for (const arch of archs.filter(arch => arch !== 'uboot')) {
    const [type] = typesOfArch(arch, false)
    t.type(type, 'number', arch)
    t.strictSame(archOfType(type ?? -1), { arch, http: false })
  }
  t.strictSame(typesOfArch('x64-efi', false), [7, 9], '7 first; RFC 4578 got them wrong')
  t.strictSame(typesOfArch('x64-efi', true), [16])
  t.strictSame(typesOfArch('rpi', true), [])
  t.strictSame(typesOfArch('unknown', true), [])
})

t.test('EFI is what ends in -efi', async t => {
  t.strictSame(archs.filter(isEfi), [
    'x64-efi',
    'ia32-efi',
    'arm64-efi',
    'arm32-efi',
    'riscv64-efi',
    'loong64-efi',
  ])
  t.equal(isEfi('unknown'), false)
})
