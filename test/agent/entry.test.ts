import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { makeFolder } from '../folder.ts'
import { diskImage, runWriter } from './writer-run.ts'

/** An image whose ESP has these loaders. */
function imageWith(t: Test, loaders: readonly string[], label: 'gpt' | 'dos' = 'gpt'): Buffer {
  const file = join(makeFolder(t), 'image')
  writeFileSync(file, diskImage(t, label))
  const esp = `${file}@@1M`
  const run = (...args: string[]) => execFileSync('mtools', ['-c', ...args])
  run('mformat', '-i', esp, '-h', '16', '-s', '32', '-T', '4096', '::')
  const folders = loaders.map(path => path.split('/').slice(0, -1).join('/'))
  for (const folder of new Set(['EFI', ...folders])) run('mmd', '-i', esp, `::${folder}`)
  for (const path of loaders) run('mcopy', '-i', esp, '/etc/hostname', `::${path}`)
  return readFileSync(file)
}

const network = '\tPciRoot(0x0)/Pci(0x2,0x0)/MAC(525400123456,1)/IPv4(0.0.0.0,0,DHCP)'
const app = '\tFvVol(7cb8bdc9)/FvFile(462caa21)'
const old = '\tHD(1,GPT,1a2b,0x800,0x1000)/File(\\EFI\\BOOT\\BOOTX64.EFI)'

/** What the firmware has: entries by their numbers, and the numbers in order. */
interface Menu {
  readonly order: string
  readonly entries: readonly string[]
}

const usual: Menu = {
  order: '0000,0001,0003,0002',
  entries: [
    `Boot0000* UiApp${app}`,
    `Boot0001* UEFI PXEv4 (MAC:525400123456)${network}`,
    `Boot0002* EFI Internal Shell${app}`,
    'Boot0003* UEFI Misc Device\tPciRoot(0x0)/Pci(0x3,0x0)',
  ],
}

/** An efibootmgr that has its menu in a file. The first free number is 0007. */
const efibootmgr = `
cd "$AGENT_ROOT/run"
[ "$1" = -v ] || echo "$*" >> calls
case $* in
  -v) cat menu ;;
  *-B) sed -i "/^Boot$3/d" menu ;;
  *-C*) printf 'Boot0007* Bootwright\\tHD(1,GPT,ff)/File(x)\\n' >> menu ;;
esac`

async function install(
  t: Test,
  image: Buffer,
  { order, entries }: Menu,
  programs: Readonly<Record<string, string>> = {},
) {
  const menu = `BootCurrent: 0001\nBootOrder: ${order}\n${entries.join('\n')}\n`
  const run = await runWriter(t, {
    image,
    machine: { 'sys/firmware/efi/fw_platform_size': '64\n', 'run/menu': menu },
    programs: { mount: 'exit 0', efibootmgr, uname: 'echo x86_64', ...programs },
  })
  t.equal(run.code, 0, run.screen)
  let calls = ''
  try {
    calls = readFileSync(join(run.root, 'run/calls'), 'utf8').trimEnd()
  } catch {
    // It was not called.
  }
  return { ...run, calls: calls.replaceAll(run.root, '').split('\n').filter(Boolean) }
}

const create = (loader: string) => `-q -C -d /dev/vda -p 1 -l ${loader} -L Bootwright`

for (const label of ['gpt', 'dos'] as const) {
  t.test(`a disk that was written gets an entry behind the network, ${label}`, async t => {
    const image = imageWith(t, ['EFI/BOOT/BOOTX64.EFI'], label)
    const { calls } = await install(t, image, usual)
    t.strictSame(calls, [create('\\EFI\\BOOT\\BOOTX64.EFI'), '-q -o 0000,0001,0007,0003,0002'])
  })
}

t.test("the distribution's own loader is preferred, the shim before what it starts", async t => {
  const both = ['EFI/debian/grubx64.efi', 'EFI/debian/shimx64.efi']
  const other = ['EFI/debian/shimaa64.efi', 'EFI/systemd/systemd-bootx64.efi']
  for (const [loaders, loader] of [
    [both, '\\EFI\\debian\\shimx64.efi'],
    [other, '\\EFI\\systemd\\systemd-bootx64.efi'],
    [['EFI/BOOT/shimx64.efi'], '\\EFI\\BOOT\\BOOTX64.EFI'],
  ] as const) {
    const { calls } = await install(t, imageWith(t, ['EFI/BOOT/BOOTX64.EFI', ...loaders]), usual)
    t.equal(calls[0], create(loader))
  }
})

t.test('a second install leaves one entry, where the operator has moved it to', async t => {
  const ours = [`Boot0004* Bootwright${old}`, `Boot0005  Bootwright${old}`]
  const menu = { order: '0004,0000,0001,0005', entries: [...usual.entries, ...ours] }
  const { calls } = await install(t, imageWith(t, ['EFI/BOOT/BOOTX64.EFI']), menu)
  t.strictSame(calls, [
    '-q -b 0004 -B',
    '-q -b 0005 -B',
    create('\\EFI\\BOOT\\BOOTX64.EFI'),
    '-q -o 0007,0000,0001',
  ])
})

t.test('where the network is not in front the disk is', async t => {
  const menu = { order: '0003,0001,0000', entries: usual.entries }
  const { calls } = await install(t, imageWith(t, ['EFI/BOOT/BOOTX64.EFI']), menu)
  t.equal(calls[1], '-q -o 0007,0003,0001,0000')
  const others = { order: '0003', entries: [`Boot0003* Bootwright II${old}`] }
  const second = await install(t, imageWith(t, ['EFI/BOOT/BOOTX64.EFI']), others)
  t.equal(second.calls[1], '-q -o 0007,0003', 'what only begins like ours is not ours')
})

t.test('what hinders it is told, and the install goes on', async t => {
  const image = imageWith(t, ['EFI/BOOT/BOOTX64.EFI'])
  const none = imageWith(t, ['EFI/BOOT/BOOTAA64.EFI'])
  const full = `${efibootmgr.replace('*-C*)', '*-C*) echo "no space left" >&2; exit 5 ;; *-X)')}`
  for (const [given, programs, why] of [
    [image, { mount: 'echo "read only" >&2; exit 1' }, 'read only'],
    [
      image,
      { efibootmgr: 'echo "EFI variables are not supported" >&2; exit 2' },
      'EFI variables are',
    ],
    [image, { efibootmgr: full }, 'no space left'],
    [image, { efibootmgr: efibootmgr.replace('*-C*)', '*-X)') }, 'the firmware has not kept it'],
    [none, {}, 'its ESP has no loader for this machine'],
  ] as const) {
    const { heard, screen } = await install(t, given, usual, programs)
    t.match(screen, `no boot entry is made: ${why}`)
    t.match(
      heard.at(-1),
      `"event":"progress","percent":100,"message":"no boot entry is made: ${why}`,
    )
  }
})

t.test('what nobody hears of hinders no more', async t => {
  const image = imageWith(t, ['EFI/BOOT/BOOTX64.EFI'])
  const deaf = { wget: 'case $* in *"boot entry"*) exit 1 ;; esac; exec /bin/busybox wget "$@"' }
  const none = await install(t, imageWith(t, []), usual, deaf)
  t.match(none.screen, 'no boot entry is made: its ESP has no loader')
  t.strictSame(none.calls, [], 'and none is made of nothing')
  const locked = 'case $* in *,ro*) exit 1 ;; esac'
  t.equal((await install(t, image, usual, { mount: locked })).calls.length, 2)
})

t.test('there is none without an ESP, and none on BIOS', async t => {
  t.strictSame((await install(t, diskImage(t, 'none'), usual)).calls, [])
  const { code, heard } = await runWriter(t, { image: imageWith(t, ['EFI/BOOT/BOOTX64.EFI']) })
  t.equal(code, 0)
  t.notMatch(heard.join('\n'), 'boot entry')
})
