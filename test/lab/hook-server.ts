/** Receives webhooks: `node hook-server.ts ADDRESS PORT SECRET-FILE`; prints one JSON line for each. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'

const [address, port, secretFile = ''] = process.argv.slice(2)
const secret = readFileSync(secretFile, 'utf8').trim()

const server = createServer(async (request, response) => {
  const body = await buffer(request)
  const { method, url, headers } = request
  const signed = isSigned(body, headers['x-bootwright-signature'])
  print({ at: Date.now(), method, url, headers, body: body.toString(), signed })
  response.writeHead(204).end()
})
server.listen(Number(port), address, () => print({ ready: true }))

function isSigned(body: Buffer, signature: string | string[] | undefined): boolean {
  const right = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const given = String(signature)
  return given.length === right.length && timingSafeEqual(Buffer.from(given), Buffer.from(right))
}

function print(record: object): void {
  process.stdout.write(`${JSON.stringify(record)}\n`)
}
