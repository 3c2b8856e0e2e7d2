import fastify, { type InjectOptions } from 'fastify'
import t, { type Test } from 'tap'
import { answerForwarded } from '../../../src/http/api/forwarding.ts'
import { waitForTurn } from '../../../src/http/machine/standing-by.ts'
import { mac, own, startHttp } from '../daemon.ts'

/** node1 has booted its installer, and reaches a daemon that stands by for the one that gave it. */
async function booted(t: Test) {
  const works = await startHttp(t)
  works.install()
  await works.ask(`/boot/${mac}/boot.ipxe`)
  const app = fastify()
  waitForTurn(app, {
    standsBy: () => 'standing by: another one works',
    // As it is written into the database, and read.
    forward: async asked => answerForwarded(works.app, JSON.parse(JSON.stringify(asked))),
  })
  app.all('/phone-home/:token', async () => 'nobody comes here')
  const url = `/phone-home/${works.tokenOf('node1')}`
  const post = (payload: string | Buffer, more: InjectOptions = {}) =>
    app.inject({ method: 'POST', url, remoteAddress: own, ...more, payload })
  return { ...works, post }
}

const json = { headers: { 'content-type': 'application/json' } }
const most = 256 * 1024
const sized = (bytes: number) => {
  const start = '{"event":"progress","message":"half","x":"'
  return `${start}${'x'.repeat(bytes - start.length - 2)}"}`
}

t.test('a body that is handed on is all there, up to what is looked at', async t => {
  const { post, memory } = await booted(t)
  t.equal((await post(sized(most), json)).statusCode, 204)
  t.match(memory.hosts.get('node1'), { message: 'half' })
})

t.test('one that is longer is refused as by the daemon that works', async t => {
  const { post, timeline } = await booted(t)
  const reply = await post(sized(most + 1), json)
  t.equal(reply.statusCode, 413)
  t.match(reply.body, /^JSON has at most 256 KiB/)
  t.strictSame(timeline('node1', 'phone-home'), [])
})

t.test('a log that is longer has its size told', async t => {
  const { post, timeline } = await booted(t)
  const log = 'line\n'.repeat(100_000)
  t.equal((await post(log, { query: { event: 'progress' } })).statusCode, 204)
  t.strictSame(timeline('node1', 'phone-home'), [
    'progress (489 KiB were sent with it and not kept)',
  ])
})

t.test('bytes that are no text arrive as they are', async t => {
  const { post, memory } = await booted(t)
  const part = (name: string, value: string) =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const file = '--b\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n'
  const body = [part('event', 'progress'), file, Buffer.from([0, 255, 254]), '\r\n']
  const end = [part('message', 'half'), '--b--\r\n']
  const bytes = Buffer.concat([...body, ...end].map(piece => Buffer.from(piece)))
  const headers = { 'content-type': 'multipart/form-data; boundary=b' }
  t.equal((await post(bytes, { headers })).statusCode, 204)
  t.match(memory.hosts.get('node1'), { message: 'half' })
})
