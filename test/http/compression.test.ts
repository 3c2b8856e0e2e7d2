import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import t from 'tap'
import { startHttp, token } from './daemon.ts'

const unpack = { gzip: gunzipSync, br: brotliDecompressSync, zstd: zstdDecompressSync } as const

t.test('what the API says is compressed as the client likes it', async t => {
  const { app } = await startHttp(t, '', { files: { 'text.txt': 'text\n'.repeat(10_000) } })
  const get = (url: string, encoding?: string) =>
    app.inject({
      ...{ url, remoteAddress: '127.0.0.1' },
      headers: {
        authorization: `Bearer ${token}`,
        ...(encoding !== undefined && { 'accept-encoding': encoding }),
      },
    })
  for (const url of ['/api/v1/hosts', '/api/openapi.json', '/api/docs']) {
    const plain = await get(url)
    t.equal(plain.headers['content-encoding'], undefined, `${url} without a wish`)
    for (const encoding of ['gzip', 'br', 'zstd'] as const) {
      const packed = await get(url, encoding)
      t.equal(packed.headers['content-encoding'], encoding, `${url} by ${encoding}`)
      t.ok(packed.rawPayload.length < plain.rawPayload.length / 2, 'it is smaller')
      t.equal(unpack[encoding](packed.rawPayload).toString(), plain.body, 'and the same')
      t.match(packed.headers.vary, 'accept-encoding')
    }
  }
  const small = await get('/api/v1/drain', 'gzip')
  t.equal(small.headers['content-encoding'], undefined, 'what is small is left as it is')
  const asset = await get('/assets/text.txt', 'gzip, br, zstd')
  t.equal(asset.headers['content-encoding'], undefined, 'loaders get assets as they are')
  t.equal(asset.headers['content-length'], '50000')
})

t.test('a compressed request is no way to fill the memory', async t => {
  const { admin } = await startHttp(t)
  const reply = await admin('POST', '/drain', { end: true }, { 'content-encoding': 'gzip' })
  t.equal(reply.statusCode, 200, 'what it is called changes nothing')
})
