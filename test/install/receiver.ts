import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { serverUrl } from '../../src/base/server-url.ts'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A server that webhooks are sent to, on a free port; `status` is what it answers from now on. */
export async function startReceiver(t: Test, first = 200, address = '127.0.0.1') {
  const received: Received[] = []
  const answers = { status: first }
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, body })
      response.statusCode = answers.status
      if (answers.status >= 300 && answers.status < 400) response.setHeader('Location', '/other')
      response.end('thank you')
    })
  })
  await new Promise<void>(resolve => server.listen(0, address, resolve))
  t.teardown(() => server.close().closeAllConnections())
  const url = serverUrl(address, (server.address() as AddressInfo).port)
  return { url, received, answers }
}
