import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { run as outdated } from '../../src/cli/local/outdated.ts'
import { run } from '../../src/cli/local/pull.ts'
import { bzImage } from '../system/media-files.ts'
import { debian, first, images, initrd, initrdPath, kernel, kernelPath, release } from './debian.ts'
import {
  createSigner,
  cutAfter,
  type Fault,
  sendFile,
  sha256,
  startPublisher,
} from './publisher.ts'

t.test('fetched, verified from the signature down, and added', async t => {
  const { dir, image, pull, config, out, err } = await debian(t)
  t.equal(await pull('--add'), 0, err())
  t.same(readFileSync(join(image, 'linux')), kernel)
  t.same(readFileSync(join(image, 'initrd.gz')), initrd)
  t.match(out(), /images\/debian: .*, verified/)
  t.match(out(), /bootwright adopt MAC NAME --profile debian --var disk=\/dev\/sda --var sshKey=/)
  t.match(config(), '# mine\n')
  t.match(config(), 'lan: { interface: lo } # this one')
  t.match(config(), '# machines\nhosts: {}')
  t.match(config(), /^profiles:\n {2}debian:\n {4}kernel: images\/debian\/linux\n/m)
  t.match(config(), 'url={{ files.preseed }}')
  t.ok(existsSync(join(dir, 'templates/debian.preseed')), 'its answer file is beside the config')
  const before = config()
  t.equal(await pull('--add'), 0, 'again')
  t.equal(config(), before)
  t.match(out(), 'has a profile debian already, which is left alone')
  t.notOk(readdirSync(join(dir, 'assets/images/.pulled')).length, 'nothing else is left')
})

t.test('what is wrong leaves nothing behind', async t => {
  const signer = createSigner(t)
  const other = createSigner(t)
  const answer =
    (bytes: Buffer): Fault =>
    (request, response) =>
      sendFile(request, response, bytes)
  const forged = signer.clear('Suite: stable\n').toString().replace('stable', 'mine')
  const rows: readonly (readonly [what: string, path: string, fault: Fault, says: RegExp])[] = [
    ['another kernel', kernelPath, answer(bzImage('6.6.6-evil')), /linux has the wrong sha256/],
    ['another list', `${images}/SHA256SUMS`, answer(Buffer.from('x')), /SHA256SUMS has the wrong/],
    ['changed after it was signed', release, answer(Buffer.from(forged)), /signature is wrong/],
    ['signed by somebody else', release, answer(other.clear('Suite: x\n')), /signature is wrong/],
    ['not signed', release, answer(Buffer.from('Suite: x\n')), /signature is wrong/],
    ['signed, and lists nothing', release, answer(signer.clear('x\n')), /not in the list before/],
    ['gone', initrdPath, (_, response) => response.writeHead(404).end(), /answered 404/],
    ['broken', initrdPath, (_, response) => response.writeHead(500).end(), /answered 500/],
    ['always cut', initrdPath, cutAfter(0, 99), /initrd\.gz: /],
    [
      'redirected to a file',
      initrdPath,
      (_, response) => response.writeHead(302, { Location: 'file:///etc/shadow' }).end(),
      /redirects to .*less safe/,
    ],
    [
      'redirected for ever',
      initrdPath,
      (request, response) => response.writeHead(302, { Location: request.url }).end(),
      /redirects more than 5 times/,
    ],
  ]
  for (const [what, path, fault, says] of rows) {
    await t.test(what, async t => {
      const { server, image, pull, config, err } = await debian(t, { signer })
      server.faults.set(path, fault)
      t.equal(await pull('--add'), 1)
      t.match(err(), says)
      t.match(err(), 'no image was changed')
      t.notOk(existsSync(image))
      t.equal(config(), first)
      const rest = readdirSync(dirname(image), { recursive: true }).map(String)
      const bad = path.split('/').at(-1) ?? ''
      t.strictSame(
        rest.filter(name => name.endsWith(`/${bad}`)),
        [],
      )
    })
  }
})

t.test('a wrong one leaves the image before in service', async t => {
  const { server, image, pull } = await debian(t)
  t.equal(await pull(), 0)
  server.faults.set(initrdPath, (request, response) => sendFile(request, response, kernel))
  t.equal(await pull(), 1)
  t.same(readFileSync(join(image, 'initrd.gz')), initrd)
})

t.test('what was cut goes on', async t => {
  const { server, image, pull, err } = await debian(t)
  server.faults.set(initrdPath, cutAfter(1_500_000, 1))
  t.equal(await pull(), 0, err())
  t.same(readFileSync(join(image, 'initrd.gz')), initrd)
  const ranges = server.asked.filter(line => / bytes=\d+-$/.test(line))
  t.equal(ranges.length, 1, 'only the rest was asked for')
})

t.test('what changed in between begins anew', async t => {
  const { server, image, pull, err } = await debian(t)
  let asked = 0
  server.faults.set(initrdPath, (request, response) => {
    asked += 1
    const old = Buffer.alloc(initrd.length, 'an older one')
    if (asked === 1) cutAfter(1_500_000, 1)(request, response, old)
    else sendFile(request, response, initrd)
  })
  t.equal(await pull(), 0, err())
  t.same(readFileSync(join(image, 'initrd.gz')), initrd)
})

t.test('a server that knows no ranges, and one that lies about them', async t => {
  const signer = createSigner(t)
  for (const lies of [false, true]) {
    const { server, image, pull, err } = await debian(t, { signer })
    const cut = cutAfter(1_500_000, 1)
    let asked = 0
    server.faults.set(initrdPath, (request, response) => {
      asked += 1
      if (asked === 1) return cut(request, response, initrd)
      const range = { 'Content-Range': `bytes 0-${initrd.length - 1}/${initrd.length}` }
      if (lies && asked === 2) return response.writeHead(206, range).end(initrd)
      response.writeHead(200, { 'Content-Length': initrd.length }).end(initrd)
    })
    const code = await pull()
    if (lies) {
      t.equal(code, 1)
      t.match(err(), 'another range than was asked for')
      t.notOk(existsSync(image))
    } else {
      t.equal(code, 0, err())
      t.same(readFileSync(join(image, 'initrd.gz')), initrd)
    }
  }
})

t.test('a redirect to another server is followed: what it sends is verified', async t => {
  const { server, image, pull } = await debian(t)
  const mirror = await startPublisher(t)
  mirror.files.set('/there', initrd)
  server.faults.set(initrdPath, (_, response) => {
    response.writeHead(302, { Location: `${mirror.url}/there` }).end()
  })
  t.equal(await pull(), 0)
  t.same(readFileSync(join(image, 'initrd.gz')), initrd)
})

t.test('without a network: from a folder, verified all the same', async t => {
  const { server, dir, image, pull, err } = await debian(t)
  const folder = join(dir, 'usb')
  t.equal(await pull('--offline', folder), 1)
  t.match(err(), /usb\/127\.0\.0\.1:\d+\/dists\/bookworm\/InRelease is missing; it is http:/)
  for (const [path, bytes] of server.files) {
    const file = join(folder, new URL(server.url).host, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, bytes)
  }
  t.equal(await pull('--offline', folder), 0, err())
  t.strictSame(server.asked, [], 'nobody was asked')
  writeFileSync(join(folder, new URL(server.url).host, kernelPath), bzImage('6.6.6-evil'))
  t.equal(await pull('--offline', folder), 1)
  t.same(readFileSync(join(image, 'linux')), kernel)
})

t.test('through a proxy', async t => {
  const { server, pull, err } = await debian(t)
  const proxy = await startPublisher(t)
  proxy.faults.set(release, (_, response) => response.writeHead(403).end())
  t.equal(await pull('--proxy', proxy.url), 1)
  t.strictSame(server.asked, [], 'nothing went beside it')
  t.ok(proxy.asked.length > 0)
  t.match(err(), /bootwright pull: /)
})

t.test('outdated: what the catalogue has by now', async t => {
  const { dir, pull, out, io, err } = await debian(t)
  const file = ['--config', join(dir, 'bootwright.yaml')]
  t.equal(await outdated(file, io), 0)
  t.match(err(), 'no image was pulled here')
  t.equal(await pull(), 0)
  t.equal(await outdated(file, io), 1)
  t.match(out(), /^NAME +HERE +CATALOGUE +FETCHED\ndebian +12 +13 +\d{4}-\d\d-\d\d$/m)
  t.match(err(), 'next: bootwright pull debian\n')
  writeFileSync(join(dir, 'own.yaml'), 'debian: {}')
  t.equal(await outdated([...file, '--catalogue', join(dir, 'own.yaml')], io), 1)
  t.match(err(), /own\.yaml: debian: /)
})

t.test('replaced under the same name: outdated asks, pull says so', async t => {
  const { server, dir, pull, out, err, io, signer } = await debian(t)
  const keys = `mirror: { debian: ${server.url} }\n`
  writeFileSync(join(dir, 'bootwright.yaml'), first + keys)
  const whole = readFileSync(join(dir, 'catalogue.yaml'), 'utf8')
  // Nothing newer, so that only what its publisher says counts.
  writeFileSync(join(dir, 'catalogue.yaml'), whole.replace(', "13": { suite: trixie }', ''))
  const file = [
    '--config',
    join(dir, 'bootwright.yaml'),
    '--catalogue',
    join(dir, 'catalogue.yaml'),
  ]
  const ask = () => outdated([...file, '--ask'], io)
  t.equal(await pull(), 0)
  t.equal(await pull(), 0)
  t.match(out(), /verified; the same as that of \d{4}-\d\d-\d\d\n/)
  t.equal(await ask(), 0, err())
  const asked = server.asked.length
  const other = bzImage('6.1.0-newer')
  const sums = `${sha256(other)}  ./netboot/debian-installer/amd64/linux
${sha256(initrd)}  ./netboot/debian-installer/amd64/initrd.gz`
  const list = `SHA256:\n ${sha256(sums)} ${sums.length} main/installer-amd64/current/images/SHA256SUMS\n`
  server.files.set(release, signer.clear(list))
  server.files.set(`${images}/SHA256SUMS`, Buffer.from(sums))
  server.files.set(kernelPath, other)
  t.equal(await outdated(file, io), 0, 'nobody was asked')
  t.equal(await ask(), 1)
  t.match(out(), /^debian +12 +replaced +\d{4}-\d\d-\d\d$/m)
  t.match(err(), 'next: bootwright pull debian@12\n')
  t.notMatch(server.asked.slice(asked).join(), 'initrd', 'no image was fetched')
  t.equal(await pull(), 0)
  t.match(out(), /verified; its publisher has replaced that of \d{4}-\d\d-\d\d\n/)
  t.equal(await ask(), 0)
  server.faults.set(release, (_, response) => response.writeHead(404).end())
  t.equal(await ask(), 1)
  t.match(err(), /debian: http.*InRelease answered 404/)
})

t.test('through the proxy of the config, from its mirror', async t => {
  const { server, dir, image, pull, err, io } = await debian(t)
  const proxy = await startPublisher(t)
  // As a proxy is asked: by the whole URL.
  for (const [path, bytes] of server.files) proxy.files.set(`http://mirror.invalid/d${path}`, bytes)
  const file = join(dir, 'bootwright.yaml')
  const keys = `proxy: ${proxy.url}\nmirror: { debian: http://mirror.invalid/d }\n`
  writeFileSync(file, first + keys)
  const argv = ['debian@12', '--config', file, '--catalogue', join(dir, 'catalogue.yaml')]
  t.equal(await run(argv, io), 0, err())
  t.same(readFileSync(join(image, 'linux')), kernel)
  t.ok(proxy.asked.length > 3)
  t.strictSame(server.asked, [])
  t.equal(await pull('--proxy', 'proxy:3128'), 2)
  t.match(err(), '--proxy is a URL such as http://proxy:3128')
})

t.test('a keyring that is missing', async t => {
  const { dir, pull, err } = await debian(t)
  const catalogue = join(dir, 'catalogue.yaml')
  const text = readFileSync(catalogue, 'utf8')
  writeFileSync(catalogue, text.replace(/file: \/[^,]*keyring\.gpg/, 'file: /nowhere.gpg'))
  t.equal(await pull(), 1)
  t.match(err(), 'install the package debian-archive-keyring')
})
