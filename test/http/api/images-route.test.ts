import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { run } from '../../../src/cli/images.ts'
import { fakeIo, startApi } from '../../cli/fake.ts'
import { bzImage, writeBuild } from '../../system/media-files.ts'
import { startHttp } from '../daemon.ts'

/** A daemon with an image in assets, one elsewhere, one that is not whole and a folder of none. */
async function withImages(t: Parameters<typeof startHttp>[0]) {
  const profiles = 'nixos: { nixos: ../result }\n  half: { nixos: images/half }\n'
  const http = await startHttp(t, '', { profiles })
  const images = join(http.folder, 'assets/images')
  writeBuild(join(http.folder, 'result'), 'elsewhere')
  mkdirSync(join(images, 'debian'), { recursive: true })
  writeFileSync(join(images, 'debian/linux'), bzImage('6.1.0-40-amd64'))
  mkdirSync(join(images, 'half'))
  writeFileSync(join(images, 'half/bzImage'), bzImage('6.12.9'))
  writeFileSync(join(images, 'half/netboot.ipxe'), '#!ipxe\n')
  mkdirSync(join(images, 'empty'))
  return http
}

t.test('GET /api/v1/images', async t => {
  const { admin, ask, folder } = await withImages(t)
  const { images } = (await admin('GET', '/images')).json()
  t.strictSame(
    images.map(({ name, form }: { name: string; form: string }) => [name, form]),
    [
      ['debian', 'files'],
      ['half', 'nixos'],
      [join(folder, 'result'), 'nixos'],
    ],
  )
  t.match(images[0], {
    kernel: { name: 'linux', version: '6.1.0-40-amd64' },
    ...{ init: null, script: null, problem: null, profiles: [] },
  })
  t.match(images[1], { problem: /images\/half has no initrd/, profiles: ['half'] })
  t.match(images[2], { init: '/nix/store/elsewhere/init', profiles: ['nixos'], problem: null })
  const script = await ask(images[2].script, '127.0.0.66', 'HEAD')
  t.equal(script.statusCode, 200, 'its netboot.ipxe is served as it came')
})

t.test(
  'images of disks: what they become, whose they were, and why one is not written',
  async t => {
    const profiles = 'golden: { image: images/golden.raw.zst }\n  far: { image: ../far.img }\n'
    const http = await startHttp(t, '', { profiles })
    const images = join(http.folder, 'assets/images')
    const sha256 = 'a'.repeat(64)
    const captured = { host: 'node1', install: '01abc', at: '2026-11-30T10:00:00.000Z' }
    const write = (name: string, bytes: number, more?: object) => {
      writeFileSync(join(images, name), Buffer.alloc(bytes))
      const measure = { bytes: 4 * 1024 ** 3, sha256, packed: { bytes: 10, sha256 }, ...more }
      if (more) writeFileSync(join(images, `${name}.json`), JSON.stringify(measure))
    }
    mkdirSync(images, { recursive: true })
    write('golden.raw.zst', 10, { captured })
    write('cut.img.gz', 9, {})
    write('plain.raw', 5)
    write('.half.raw', 5)
    write('notes.txt', 5)
    write('../../far.img', 10, { captured: { host: 7 } })
    const body = (await http.admin('GET', '/images')).json()
    const whole = { unpacked: 4 * 1024 ** 3, sha256, problem: null }
    t.match(body.disks, [
      {
        name: 'cut.img.gz',
        bytes: 9,
        problem: /has 9 bytes, and had 10 when it was imported/,
        profiles: [],
      },
      { name: 'golden.raw.zst', bytes: 10, ...whole, captured, profiles: ['golden'] },
      { name: 'plain.raw', unpacked: null, sha256: null, problem: /import/ },
      { name: join(http.folder, 'far.img'), ...whole, captured: null, profiles: ['far'] },
    ])
    t.equal(body.disks.length, 4)
    const api = await startApi(t, { 'GET /api/v1/images': () => body })
    const { io, out } = fakeIo(t, api.url)
    t.equal(await run([], io), 0)
    t.match(
      out(),
      /golden\.raw\.zst +disk +10 B +- +- +golden +4\.3 GB on a disk, node1 on 2026-11-30\n/,
    )
  },
)

t.test('only with the token', async t => {
  const { app } = await startHttp(t)
  const reply = await app.inject({ url: '/api/v1/images', remoteAddress: '127.0.0.1' })
  t.equal(reply.statusCode, 401)
})

t.test('bootwright images', async t => {
  const { admin } = await withImages(t)
  const body = (await admin('GET', '/images')).json()
  const api = await startApi(t, { 'GET /api/v1/images': () => body })
  const { io, out } = fakeIo(t, api.url)
  t.equal(await run([], io), 0)
  t.match(
    out(),
    /^NAME +FORM +SIZE +KERNEL +VERSION +PROFILES +INIT\ndebian +files +1 kB +6\.1\.0-40-amd64 +- +- +-\n/,
  )
  t.match(out(), /half +nixos +1 kB +6\.12\.9 +- +half +\S*images\/half has no initrd/)
  const json = fakeIo(t, api.url)
  t.equal(await run(['--json'], json.io), 0)
  t.strictSame(JSON.parse(json.out()), body)
})
