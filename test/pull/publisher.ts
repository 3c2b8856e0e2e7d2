import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** What answers instead of the file that is there. */
export type Fault = (request: IncomingMessage, response: ServerResponse, bytes: Buffer) => void

/** A publisher's server, which can break in every way. */
export interface Publisher {
  readonly url: string
  readonly files: Map<string, Buffer>
  readonly faults: Map<string, Fault>
  /** `METHOD PATH RANGE` of every request. */
  readonly asked: string[]
}

/** Serves files with strong ETags and ranges. */
export async function startPublisher(t: Test): Promise<Publisher> {
  const files = new Map<string, Buffer>()
  const faults = new Map<string, Fault>()
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push([request.method, path, request.headers.range ?? ''].join(' ').trim())
    const bytes = files.get(path)
    const fault = faults.get(path)
    if (fault) return fault(request, response, bytes ?? Buffer.alloc(0))
    if (!bytes) return response.writeHead(404).end()
    sendFile(request, response, bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, files, faults, asked }
}

/** As a good server does: If-Range decides between the rest and all. */
export function sendFile(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
  const etag = `"${sha256(bytes).slice(0, 16)}"`
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? []
  const same = request.headers['if-range'] === etag
  if (start === undefined || !same) {
    response.writeHead(200, { 'Content-Length': bytes.length, ETag: etag }).end(bytes)
    return
  }
  const rest = bytes.subarray(Number(start))
  const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`
  const headers = { 'Content-Length': rest.length, 'Content-Range': range, ETag: etag }
  response.writeHead(206, headers).end(rest)
}

/** Cuts the connection after some bytes, the first `times` times. */
export function cutAfter(count: number, times: number): Fault {
  let left = times
  return (request, response, bytes) => {
    if (left === 0) return sendFile(request, response, bytes)
    left -= 1
    const etag = `"${sha256(bytes).slice(0, 16)}"`
    response.writeHead(200, { 'Content-Length': bytes.length, ETag: etag })
    response.write(bytes.subarray(0, count), () => response.socket?.end())
  }
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A key that signs as a distribution's does. */
export interface Signer {
  readonly keyring: string
  /** The same key as text, as some distributions publish theirs. */
  readonly armoured: string
  clear(text: string): Buffer
  detached(bytes: Buffer): Buffer
}

export function createSigner(t: Test): Signer {
  const home = mkdtempSync(join(tmpdir(), 'bw-gpg-'))
  const gpg = (args: readonly string[], input: string | Buffer = '') => {
    const quiet = ['--homedir', home, '--batch', '--yes', '--quiet', '--passphrase', '']
    const { status, stdout, stderr } = spawnSync('gpg', [...quiet, ...args], { input })
    if (status !== 0) throw new Error(`gpg ${args.join(' ')}: ${stderr}`)
    return stdout
  }
  gpg(['--quick-generate-key', 'test@example.org', 'ed25519', 'sign', 'never'])
  const keyring = join(home, 'keyring.gpg')
  writeFileSync(keyring, gpg(['--export']))
  const armoured = join(home, 'keyring.asc')
  writeFileSync(armoured, gpg(['--armor', '--export']))
  t.teardown(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all'])
    rmSync(home, { recursive: true, force: true })
  })
  return {
    ...{ keyring, armoured },
    clear: text => gpg(['--clear-sign'], text),
    detached: bytes => gpg(['--detach-sign'], bytes),
  }
}
