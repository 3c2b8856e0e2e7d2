import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { Test } from 'tap'
import { hookSecret } from './settings.ts'

/** One POST that came. */
export interface Received {
  readonly key: string
  /** What it was answered; 0 for one that was left without an answer. */
  readonly status: number
  readonly signed: boolean
  readonly body: Readonly<Record<string, unknown>>
}

/** A test's own receiver of webhooks. */
export interface Receiver {
  readonly received: Received[]
  /** What it answers from now on; 0 is silence. */
  answer(status: number): void
  /** Nobody listens from now on. */
  down(): Promise<void>
  up(): Promise<void>
  /** Keys of those that were answered well and are about this event. */
  delivered(event: string): string[]
}

/** Starts to listen on a port of loopback. */
export async function openReceiver(t: Pick<Test, 'teardown'>, port: number): Promise<Receiver> {
  const received: Received[] = []
  let status = 204
  let server: Server | undefined

  const up = async () => {
    const made = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8')
      request.on('data', text => {
        body += text
      })
      request.on('end', () => {
        received.push({
          key: String(request.headers['idempotency-key']),
          status,
          signed: request.headers['x-bootwright-signature'] === signatureOf(body),
          body: JSON.parse(body),
        })
        if (status !== 0) response.writeHead(status).end()
      })
    })
    server = made
    await new Promise<void>(resolve => made.listen(port, '127.0.0.1', resolve))
  }
  const down = async () => {
    const closed = server
    server = undefined
    if (!closed) return
    closed.closeAllConnections()
    await new Promise(resolve => closed.close(resolve))
  }

  await up()
  t.teardown(down)
  return {
    received,
    up,
    down,
    answer(next) {
      status = next
    },
    delivered: event =>
      received.filter(r => r.status === 204 && r.body.event === event).map(({ key }) => key),
  }
}

function signatureOf(body: string): string {
  return `sha256=${createHmac('sha256', hookSecret).update(body).digest('hex')}`
}
