import t from 'tap'
import { errors, lan, load, right } from './check.ts'

t.test('one loader, one with patterns, or several in their order', async t => {
  const { loaders } = right(
    t,
    `${lan}loaders:
  x64-efi: shimx64.efi
  ia32-efi: { file: mine.efi, speaks: grub }
  bios:
    - { file: lpxelinux.0, mac: ["B8-27-EB", "52:54:00:12"] }
    - { file: ipxe.pxe, vendor: "PXEClient:Arch:00000:UNDI:002001" }
    - undionly.kpxe
`,
  )
  t.strictSame(Object.fromEntries(loaders), {
    bios: [
      { file: 'lpxelinux.0', macs: ['b8:27:eb', '52:54:00:12'] },
      { file: 'ipxe.pxe', vendor: 'PXEClient:Arch:00000:UNDI:002001' },
      { file: 'undionly.kpxe' },
    ],
    'x64-efi': [{ file: 'shimx64.efi' }],
    'ia32-efi': [{ file: 'mine.efi', speaks: 'grub' }],
  })
  t.equal(right(t, lan).loaders.size, 0)
})

for (const [what, yaml, message] of [
  ['an arch that is none', 'x86: a.efi', 'c:2:12: loaders.x86: is not a known key'],
  ['a folder', 'bios: a/b.0', 'loaders.bios: "a/b.0" is not the file name of a loader'],
  ['no file', 'bios: { vendor: PXEClient }', 'loaders.bios: `file` is missing'],
  ['an empty list', 'bios: []', 'loaders.bios: an empty list is not a list of loaders'],
  ['no MAC', 'bios: { file: a.0, mac: [xy] }', 'loaders.bios.mac[0]: "xy" is not the beginning of'],
  ['no kind', 'bios: { file: a.0, speaks: lilo }', 'loaders.bios.speaks: "lilo" is not known here'],
  [
    'a rule behind one for all',
    'bios: [a.0, { file: b.0, mac: ["52"] }]',
    'loaders.bios[1]: is never reached: a.0 before it is for every client',
  ],
  [
    'a file of two kinds',
    'bios: { file: a.0, speaks: grub }, x64-efi: { file: a.0, speaks: ipxe }',
    'loaders.x64-efi: a.0 speaks ipxe here and grub elsewhere; a file is of one kind',
  ],
] as const) {
  t.test(`${what} is a mistake`, async t => {
    const found = errors(t, `${lan}loaders: { ${yaml} }\n`)
    t.equal(found.length, 1, found.join('\n'))
    t.match(found[0], message)
  })
}

t.test('a loader that is not there, or not whole, is a warning', async t => {
  const yaml = `${lan}assets: assets\nloaders: { bios: [{ file: a.0, mac: ["52"] }, b.0], x64-efi: c.efi }\n`
  const { problems } = load(t, yaml, { 'assets/loaders/b.0': '' })
  t.strictSame(
    problems.map(({ severity, path, message }) => `${severity} ${path}: ${message}`),
    [
      'warning loaders.bios[0]: there is no a.0; put one into assets/loaders',
      'warning loaders.x64-efi: there is no c.efi; put one into assets/loaders',
    ],
  )
})
