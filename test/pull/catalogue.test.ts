import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { stringify } from 'yaml'
import { addProfile } from '../../src/config/add-profile.ts'
import { parseConfig } from '../../src/config/load.ts'
import { readCatalogues } from '../../src/pull/catalogue.ts'
import { checkCatalogue } from '../../src/pull/check.ts'
import { dispatcherOf } from '../../src/pull/download.ts'
import { minisigned } from '../../src/pull/minisign.ts'
import { orderOf } from '../../src/pull/order.ts'
import { sumIn } from '../../src/pull/sums.ts'
import { makeFolder } from '../folder.ts'
import { sha256, startPublisher } from './publisher.ts'

const configFolder = fileURLToPath(new URL('../../config/', import.meta.url))
const ours = readCatalogues([join(configFolder, 'catalogue.yaml')])

t.test('every entry of ours: its words are filled, its profile is one', async t => {
  t.ok(Object.keys(ours).length >= 13)
  for (const [name, { versions, archs }] of Object.entries(ours)) {
    for (const arch of Object.keys(archs)) {
      const usual = 'any' in versions ? `${name}@1.2` : name
      const order = orderOf(ours, { what: usual, arch })
      const text = JSON.stringify(order).replaceAll(/\{\{.*?\}\}/g, '')
      t.notMatch(text, /\{\w+\}/, `${name} ${arch}`)
      const start = 'networks: { lan: { interface: lo } }\nprofiles: {}\n'
      const config = addProfile(start, name, order.profile) ?? ''
      const { problems } = parseConfig(config, join(configFolder, 'x.yaml'))
      const wrong = problems.filter(({ severity }) => severity === 'error')
      t.strictSame(wrong, [], `${name}: ${config}`)
      for (const file of Object.values(order.profile.files ?? {})) {
        t.ok(existsSync(join(configFolder, file)), file)
      }
    }
  }
})

t.test('what is asked for', async t => {
  const says = (wanted: Parameters<typeof orderOf>[1], message: RegExp) =>
    t.throws(() => orderOf(ours, wanted), { name: 'PullError', message })
  says({ what: 'debain' }, /the catalogue has no "debain"; did you mean "debian"/)
  says({ what: 'constructor' }, /the catalogue has no "constructor"; it has debian/)
  says({ what: 'debian@3' }, /there is no debian@3 in the catalogue; it has 13, 12/)
  says({ what: 'debian', arch: 'mips' }, /for amd64, arm64, not "mips"/)
  says({ what: 'fedora-coreos' }, /say which version: .*@VERSION.*stable\.json/)
  says({ what: 'talos@../../x' }, /is no version/)
  says({ what: 'rocky', mirror: 'http://mirror' }, /signs no list.*has to be https/)
  t.equal(orderOf(ours, { what: 'debian' }).version, '13', 'the newest')
  t.equal(orderOf(ours, { what: 'nixos' }).version, 'nixos-25.11', 'the default')
  const { files } = orderOf(ours, { what: 'debian@12', mirror: 'http://mirror/d/' })
  t.match(files.linux?.url, /^http:\/\/mirror\/d\/dists\/bookworm\//)
})

t.test('a catalogue that proves nothing is refused', async t => {
  const base = { title: 'x', versions: { 1: {} }, archs: { amd64: {} }, profile: {} }
  const url = 'https://a.example/linux'
  const key = { file: '/k' }
  const rows: readonly (readonly [object, RegExp])[] = [
    [{ ...base, files: { linux: { url } } }, /nothing verifies linux/],
    [{ ...base, files: { linux: { url, in: 'linux' } } }, /nothing verifies/],
    [{ ...base, files: { linux: { url, signature: `${url}.sig` } } }, /nothing verifies/],
    [{ ...base, lists: [{ url }], files: { linux: { url, in: 'x' } } }, /write one of gpg/],
    [{ ...base, lists: [{ url, in: 'x' }], files: { l: { url, in: 'x' } } }, /no list before it/],
    [
      { ...base, lists: [{ url: 'http://a/x', tls: true }], files: { l: { url, in: 'x' } } },
      /tls is for https/,
    ],
    [
      { ...base, lists: [{ url, gpg: key, tls: true }], files: { l: { url, in: 'x' } } },
      /write one of gpg/,
    ],
    [{ ...base, files: { '../linux': { url, sha256: 'a'.repeat(64) } } }, /files/],
    [{ ...base, files: { linux: { url: 'file:///etc/shadow', sha256: 'a'.repeat(64) } } }, /url/],
    [{ ...base, more: 1, files: { linux: { url, sha256: 'a'.repeat(64) } } }, /mine/],
  ]
  const file = join(makeFolder(t), 'catalogue.yaml')
  for (const [entry, says] of rows) {
    writeFileSync(file, stringify({ mine: entry }))
    t.throws(() => readCatalogues([file]), { name: 'PullError', message: says })
  }
  t.throws(() => readCatalogues([`${file}.gone`]), { name: 'PullError' })
})

t.test('lists of checksums as their publishers write them', async t => {
  const a = 'a'.repeat(64)
  const b = 'b'.repeat(64)
  const rows: readonly (readonly [text: string, name: string, sum: string | undefined])[] = [
    [`${a}  linux\n${b}  initrd`, 'linux', a],
    [`${a.toUpperCase()} *./linux\r\n`, 'linux', a],
    [`SHA256:\n ${a} 1234 main/x/SHA256SUMS\n`, 'main/x/SHA256SUMS', a],
    [`[checksums]\nimages/pxeboot/vmlinuz = sha256:${b}\n`, 'images/pxeboot/vmlinuz', b],
    [`SHA256 (linux) = ${b}\n`, 'linux', b],
    [JSON.stringify({ assets: [{ name: 'bzImage', digest: `sha256:${a}` }] }), 'bzImage', a],
    [JSON.stringify({ assets: [{ name: 'bzImage', digest: null }] }), 'bzImage', undefined],
    [`${a}  other/linux\n`, 'linux', undefined],
    [`${a}  linux\n${b}  linux\n`, 'linux', undefined],
    [`${a.slice(1)}  linux\n`, 'linux', undefined],
    ['{ not JSON', 'linux', undefined],
  ]
  for (const [text, name, sum] of rows) t.equal(sumIn(text, name), sum, text.slice(0, 40))
})

t.test('minisign and signify', async t => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const id = Buffer.from('12345678')
  const key = Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64')
  const bytes = Buffer.from('what is signed')
  const file = (algorithm: 'Ed' | 'ED', comment?: string) => {
    const hash = createHash('blake2b512').update(bytes).digest()
    const signature = sign(null, algorithm === 'ED' ? hash : bytes, privateKey)
    const line = Buffer.concat([Buffer.from(algorithm), id, signature]).toString('base64')
    const both = Buffer.concat([signature, Buffer.from(comment ?? '')])
    const global = sign(null, both, privateKey).toString('base64')
    const trusted = comment === undefined ? '' : `trusted comment: ${comment}\n${global}\n`
    return `untrusted comment: x\n${line}\n${trusted}`
  }
  t.ok(minisigned(bytes, file('ED', 'version 3'), key), 'minisign')
  t.ok(minisigned(bytes, file('Ed'), key), 'signify')
  t.notOk(minisigned(Buffer.from('something else'), file('ED', 'v'), key))
  t.notOk(minisigned(bytes, file('ED', 'version 3').replace('version 3', 'version 4'), key))
  t.notOk(minisigned(bytes, file('ED', 'v'), Buffer.alloc(42, 'Ed').toString('base64')))
  for (const text of ['', 'x\ny\n', `x\n${'A'.repeat(99)}\n`]) {
    t.notOk(minisigned(bytes, text, key), JSON.stringify(text.slice(0, 9)))
  }
})

t.test('--check-catalogue asks for every list and every file', async t => {
  const server = await startPublisher(t)
  const linux = Buffer.from('a kernel')
  server.files.set('/1/linux', linux)
  server.files.set('/2/linux', linux)
  const file = join(makeFolder(t), 'catalogue.yaml')
  const files = { linux: { url: '{mirror}/{version}/linux', sha256: sha256(linux) } }
  const base = { title: 'x', archs: { amd64: {} }, mirror: server.url, files, profile: {} }
  writeFileSync(file, stringify({ mine: { ...base, versions: { 1: {}, 2: {}, 3: {} } } }))
  const source = { dispatcher: dispatcherOf(undefined), progress: () => undefined }
  const found = []
  for await (const check of checkCatalogue(readCatalogues([file]), source, t.testdirName)) {
    found.push(check)
  }
  t.match(found, [
    { what: 'mine@1 amd64', problem: undefined },
    { what: 'mine@2 amd64', problem: undefined },
    { what: 'mine@3 amd64', problem: /3\/linux answers 404/ },
  ])
  t.ok(server.asked.every(line => line.startsWith('HEAD ')))
})
