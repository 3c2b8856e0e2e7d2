import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Config } from '../../src/config/config.ts'
import { createPulls } from '../../src/daemon/pulls.ts'
import type { Catalogue } from '../../src/pull/catalogue.ts'
import { makeFolder } from '../folder.ts'
import { sha256, startPublisher } from '../pull/publisher.ts'
import { bzImage } from '../system/media-files.ts'
import { until } from './daemon.ts'

const kernel = bzImage('6.1.0-test')

/** A catalogue of two images of one publisher; the sum of the second is wrong. */
async function setUp(t: Test) {
  const server = await startPublisher(t)
  server.files.set('/linux', kernel)
  const image = (sum: string) => ({
    ...{ title: 'A kernel', versions: { '1': {} }, archs: { amd64: {} }, mirror: server.url },
    files: { linux: { url: '{mirror}/linux', sha256: sum } },
    profile: { kernel: '{image}/linux' },
  })
  const wrong = image('0'.repeat(64))
  const catalogue = { good: image(sha256(kernel)), wrong, other: wrong } as unknown as Catalogue
  const folder = makeFolder(t, { assets: {} })
  const config = { assets: join(folder, 'assets'), mirror: {} } as unknown as Config
  const said: string[] = []
  const log = { info: (_: object, text: string) => said.push(text), warn: () => undefined }
  const pulls = createPulls(
    () => config,
    log as never,
    () => catalogue,
  )
  t.teardown(() => pulls.close())
  return { server, pulls, images: join(folder, 'assets/images'), said, config }
}

t.test('fetched, verified, and told where it is from', async t => {
  const { pulls, images, said } = await setUp(t)
  t.match(pulls.begin('good', undefined), { name: 'good', version: '1', state: 'running' })
  t.throws(() => pulls.begin('good', undefined), /good is being fetched already/)
  await until('it is there', () => pulls.list()[0]?.state === 'done')
  t.same(readFileSync(join(images, 'good/linux')), kernel)
  const source = JSON.parse(readFileSync(join(images, 'good/.source.json'), 'utf8'))
  t.match(source, { name: 'good', version: '1', arch: 'amd64', proof: 'sum' })
  t.strictSame(said, ['image fetched and verified'])
})

t.test('what is wrong says why, and leaves nothing', async t => {
  const { pulls, images } = await setUp(t)
  pulls.begin('wrong', undefined)
  await until('it has failed', () => pulls.list()[0]?.state === 'failed')
  t.match(pulls.list()[0]?.problem, /has the wrong sha256/)
  t.throws(() => readFileSync(join(images, 'wrong/linux')), { code: 'ENOENT' })
  t.throws(() => pulls.begin('nothing', undefined), /the catalogue has no "nothing"/)
  t.throws(() => pulls.begin('good@2', undefined), /there is no good@2/)
})

t.test('two at a time, from the mirror of the config; the end cuts them', async t => {
  const { server, pulls, config } = await setUp(t)
  server.faults.set('/m/linux', (_, response) => response.writeHead(200).write('x'))
  Object.assign(config, { mirror: { good: `${server.url}/m`, wrong: `${server.url}/m` } })
  pulls.begin('good', undefined)
  pulls.begin('wrong', undefined)
  t.throws(() => pulls.begin('other', undefined), /good and wrong are being fetched; wait for one/)
  await until('both have begun', () => pulls.list().every(({ done }) => done === 1))
  await pulls.close()
  t.strictSame(
    pulls.list().map(({ state }) => state),
    ['running', 'running'],
  )
})

t.test('cancelled: what was fetched goes, another may begin', async t => {
  const { server, pulls, images } = await setUp(t)
  server.faults.set('/linux', (_, response) => response.writeHead(200).write('x'))
  pulls.begin('good', undefined)
  await until('it has begun', () => pulls.list()[0]?.done === 1)
  t.ok(await pulls.cancel('good'))
  t.strictSame(pulls.list(), [])
  t.strictSame(readdirSync(images, { recursive: true }), ['.pulled'])
  t.notOk(await pulls.cancel('good'), 'there is none any more')
  server.faults.clear()
  pulls.begin('good', undefined)
  await until('it is there', () => pulls.list()[0]?.state === 'done')
  t.ok(await pulls.cancel('good'), 'one that has ended is forgotten')
  t.strictSame(pulls.list(), [])
  t.same(readFileSync(join(images, 'good/linux')), kernel)
})
