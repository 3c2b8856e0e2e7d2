import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { forwardTo } from './forward.ts'

t.test('connections go over a Unix socket to a port', async t => {
  const web = createServer((request, response) => response.end(`you asked for ${request.url}`))
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  const socket = join(t.testdir(), 'page.sock')
  const inner = forwardTo((web.address() as AddressInfo).port)
  await new Promise<void>(resolve => inner.listen(socket, resolve))
  const outer = forwardTo(socket)
  await new Promise<void>(resolve => outer.listen(0, '127.0.0.1', resolve))
  const { port } = outer.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/page`, { headers: { Connection: 'close' } })
  t.equal(await answer.text(), 'you asked for /page')
  web.close()
  await t.rejects(fetch(`http://127.0.0.1:${port}/`), 'an end of the other side is an end here')
  for (const server of [inner, outer]) server.close()
})
