/** What lies outside of a network: `node outside.ts FOLDER KEY CERT` serves the folder and says who asked for what. */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { join } from 'node:path'

const [folder = '.', key = '', cert = ''] = process.argv.slice(2)

const answer: RequestListener = (request, response) => {
  const { method, url = '/', headers, socket } = request
  process.stdout.write(`${socket.remoteAddress} ${method} ${headers.host}${url}\n`)
  request.resume()
  try {
    response.end(readFileSync(join(folder, url)))
  } catch {
    response.writeHead(method === 'POST' ? 204 : 404).end()
  }
}

createServer(answer).listen(80, '0.0.0.0')
createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer).listen(
  443,
  '0.0.0.0',
  () => process.stdout.write('listening\n'),
)
