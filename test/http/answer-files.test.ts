import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import t from 'tap'
import { mac, own, startHttp, stranger } from './daemon.ts'

const seed = `cloud:
    kernel: linux
    cmdline: ds=nocloud;s={{ filesUrl }}
    files:
      user-data: { template: preseed, burn: true }
      meta-data: preseed
      vendor-data: preseed
`

/** A daemon whose node1 boots a profile with a NoCloud seed. */
async function booted(test: Parameters<typeof startHttp>[0]) {
  const http = await startHttp(test, '', { profiles: seed })
  const host = http.install('node1', 'cloud')
  t.ok(host)
  const script = (await http.ask(`/boot/${mac}/boot.ipxe`)).body
  const [, base = ''] = /ds=nocloud;s=http:\/\/[^/]+(\/\S+\/) /.exec(script) ?? []
  return { ...http, base }
}

t.test('a base URL that ends in / has the files of NoCloud below it', async t => {
  const { ask, base } = await booted(t)
  t.match(base, /^\/files\/[A-Za-z0-9_-]+\/$/)
  for (const name of ['meta-data', 'vendor-data', 'user-data']) {
    const reply = await ask(base + name)
    t.equal(reply.statusCode, 200, name)
    t.equal(reply.body, 'd-i for node1\n')
  }
  t.equal((await ask(`${base}network-config`)).statusCode, 404)
  t.equal((await ask(base)).statusCode, 404)
})

t.test('HEAD is told what GET would be, and fetches nothing', async t => {
  const { ask, base, state, timeline } = await booted(t)
  const reply = await ask(`${base}user-data`, own, 'HEAD')
  t.equal(reply.statusCode, 200)
  t.equal(reply.body, '')
  t.equal(reply.headers['content-length'], '14')
  t.equal((await ask(`${base}user-data`, stranger, 'HEAD')).statusCode, 403)
  t.equal((await ask(`${base}nothing`, own, 'HEAD')).statusCode, 404)
  t.strictSame([...timeline('node1', 'file'), ...timeline('node1', 'stranger')], [])
  t.equal(state(), 'booting')
  t.equal((await ask(`${base}user-data`)).statusCode, 200, 'nor does it burn')
})

t.test('POST is GET with something to tell, as the installer of Proxmox does', async t => {
  const { app, base, memory, timeline } = await booted(t)
  const post = (payload: object | string, remoteAddress = own) =>
    app.inject({ method: 'POST', url: `${base}meta-data`, payload, remoteAddress })
  const told = { product: { product: 'pve' }, network_interfaces: [{ link: 'eth0', mac }] }
  t.equal((await post(told, stranger)).statusCode, 403)
  t.equal(memory.hosts.facts('node1'), undefined, 'a stranger tells nothing')
  const reply = await post(told)
  t.equal(reply.statusCode, 200)
  t.equal(reply.body, 'd-i for node1\n')
  t.strictSame(memory.hosts.facts('node1'), told)
  t.equal((await post({ log: 'x'.repeat(20_000) })).statusCode, 200)
  t.strictSame(memory.hosts.facts('node1'), told, 'too much is left out')
  t.match(timeline('node1', 'file').at(-1), /^answer file meta-data fetched; 20 KiB of facts were/)
  t.equal((await post('')).statusCode, 200)
})

t.test('another machine gets 403, and the timeline says who asked for what', async t => {
  const { ask, base, timeline } = await booted(t)
  t.equal((await ask(`${base}user-data`, stranger)).statusCode, 403)
  t.match(timeline('node1', 'stranger'), [
    /^user-data of node1 was asked for by 127\.0\.0\.66, which is not its own$/,
  ])
})

t.test('a file that burns is gone after its first complete download', async t => {
  const { ask, base } = await booted(t)
  t.equal((await ask(`${base}user-data`, stranger)).statusCode, 403, 'a stranger burns nothing')
  t.equal((await ask(`${base}user-data`)).statusCode, 200)
  const again = await ask(`${base}user-data`)
  t.equal(again.statusCode, 404)
  t.equal(again.body, 'it was downloaded once, and burns\n')
  t.equal((await ask(`${base}meta-data`)).statusCode, 200)
  t.equal((await ask(`${base}meta-data`)).statusCode, 200)
})

t.test('a download that is cut does not burn the file', async t => {
  const { app, ask, base, write, install } = await booted(t)
  // More than what a socket takes without a reader.
  write('preseed', 'x'.repeat(32 * 1024 * 1024))
  install('node1', 'cloud')
  const url =
    /s=http:\/\/[^/]+(\/\S+\/) /.exec((await ask(`/boot/${mac}/boot.ipxe`)).body)?.[1] ?? base
  await app.listen({ port: 0, host: own })
  const { port } = app.server.address() as AddressInfo
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ port, host: own, localAddress: own }, () => {
      socket.write(`GET ${url}user-data HTTP/1.1\r\nHost: x\r\n\r\n`)
    })
    socket.once('data', () => socket.destroy())
    socket.once('close', () => resolve()).once('error', reject)
  })
  const whole = await ask(`${url}user-data`)
  t.equal(whole.statusCode, 200)
  t.equal(whole.body.length, 32 * 1024 * 1024)
  t.equal((await ask(`${url}user-data`)).statusCode, 404)
})
