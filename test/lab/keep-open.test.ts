import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { forwardTo } from './forward.ts'

t.test('connections go over a Unix socket to a port', async t => {
  const web = createServer((request, response) => response.end(`you asked for ${request.url}`))
  t.teardown(() => web.close())
  await new Promise<void>(resolve => web.listen(0, '127.0.0.1', resolve))
  // The path of a Unix socket has 107 bytes (unix(7)): a folder of tap's can be too long.
  const folder = mkdtempSync(join(tmpdir(), 'bootwright-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const socket = join(folder, 'page.sock')
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
