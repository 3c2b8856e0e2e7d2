import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { run } from '../../../src/cli/local/media.ts'
import { mediaPartsOf } from '../../../src/media/parts.ts'
import { fakeIo } from '../fake.ts'

const { missing } = mediaPartsOf(['bios', 'x64-efi'], false)
const skip = missing.length > 0 && `needs ${missing.join(' ')}`

const config = `
networks:
  rack: { subnet: 10.77.0.0/24, serverAddress: 10.77.0.1 }
  far: { subnet: 10.78.0.0/24, serverAddress: 10.77.0.1 }
tftp: { port: 6969 }
hosts:
  node1: { mac: 52:54:00:12:34:56 }
`

function place(t: Test) {
  const { io, dir, out, err } = fakeIo(t, 'http://127.0.0.1:1')
  writeFileSync(join(dir, 'config.yaml'), config)
  const make = (...words: string[]) =>
    run([join(dir, 'x.iso'), '--config', join(dir, 'config.yaml'), ...words], io)
  return { dir, make, out, err }
}

for (const [what, words, said] of [
  ['no network', [], /say --network NAME, one of rack, far/],
  ['an unknown network', ['--network', 'x'], /no network x/],
  ['an unknown host', ['--network', 'rack', '--host', 'x'], /no host x/],
  ['TFTP elsewhere', ['--network', 'rack', '--secure-boot'], /TFTP at port 69 only/],
  ['an unknown arch', ['--network', 'rack', '--arch', 'x'], /x64-efi/],
  ['no signed GRUB', ['--server', 'http://a', '--secure-boot', '--arch', 'ia32-efi'], /no signed/],
  ['a server that is none', ['--server', 'a'], /--server is a URL/],
] as const) {
  t.test(`refused: ${what}`, async t => {
    const { dir, make, err } = place(t)
    t.equal(await make(...words), 2)
    t.match(err(), said)
    t.notOk(existsSync(join(dir, 'x.iso')))
  })
}

t.test('a device is never written', async t => {
  const { io, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run(['/dev/null', '--server', 'http://a'], io), 2)
  t.match(err(), /\/dev\/null is no file: .*dd/)
})

t.test('a folder that is not there leaves nothing behind', { skip }, async t => {
  const { io, dir, err } = fakeIo(t, 'http://127.0.0.1:1')
  t.equal(await run([join(dir, 'not/x.iso'), '--server', 'http://a'], io), 1)
  t.match(err(), /nothing was written/)
})

t.test(
  'the same settings are the same bytes, whole, with what both firmwares look for',
  { skip },
  async t => {
    const { dir, make, out, err } = place(t)
    t.equal(await make('--network', 'rack', '--host', 'node1'), 0, err())
    t.match(out(), /x\.iso: [\d.]+ MB, bios, x64-efi; node1 asks http:\/\/10\.77\.0\.1:8080\n/)
    const first = readFileSync(join(dir, 'x.iso'))
    t.equal(await make('--network', 'rack', '--host', 'node1', '--json'), 0)
    t.match(out(), '"archs": [\n    "bios",\n    "x64-efi"\n  ]')
    t.ok(first.equals(readFileSync(join(dir, 'x.iso'))))
    t.strictSame(
      readdirSync(dir).filter(name => name.startsWith('.')),
      [],
    )
    t.equal(first.readUInt16LE(510), 0xaa55, 'a disk')
    t.equal(first[446 + 16 + 4], 0xef, 'its second partition is that of UEFI')
    const list = execFileSync('xorriso', ['-indev', join(dir, 'x.iso'), '-find'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    for (const name of ['./boot/grub/grub.cfg', './boot/ipxe.lkrn', './boot/bootwright.ipxe']) {
      t.match(list, name)
    }
  },
)
