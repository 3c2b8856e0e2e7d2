import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import type { Test } from 'tap'
import type { HostEvent } from '../../src/api/events.ts'
import type { HostRow } from '../../src/api/hosts.ts'
import type { Io } from '../../src/cli/io.ts'
import { makeFolder } from '../folder.ts'

// Times in the output are local.
process.env.TZ = 'UTC'

/** A request as the fake API saw it. */
export interface Seen {
  readonly line: string
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

/** The answer to a route: a value is sent as JSON, `undefined` was answered by the function itself. */
export type Route = (seen: Seen, response: ServerResponse) => unknown

export const token = 'the-token'

/** An admin API of the given routes (`GET /api/v1/hosts`, without query) on a free port. */
export async function startApi(t: Test, routes: Readonly<Record<string, Route>>) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const line = `${request.method} ${request.url}`
    const one = { line, headers: request.headers, body: text === '' ? null : JSON.parse(text) }
    seen.push(one)
    if (request.headers.authorization !== `Bearer ${token}`) return problem(response, 401, 'no')
    const route = routes[line.replace(/\?.*/, '')]
    if (!route) return problem(response, 404, `There is no ${line}.`)
    const body = await route(one, response)
    if (body !== undefined) sendJson(response, 200, 'application/json', body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, seen, server }
}

export function problem(response: ServerResponse, status: number, detail: string): undefined {
  const body = { type: 'about:blank', title: 'No', status, detail }
  sendJson(response, status, 'application/problem+json', body)
}

function sendJson(response: ServerResponse, status: number, type: string, body: unknown): void {
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body))
}

/** Streams and environment of a command, which talks to `server` unless told otherwise. */
export function fakeIo(t: Test, server: string, options: Partial<Io> & { input?: string } = {}) {
  const out: string[] = []
  const err: string[] = []
  const dir = makeFolder(t, { token: `${token}\n` })
  const stdin = Object.assign(new PassThrough(), { isTTY: options.isTerminal === true })
  if (options.input !== undefined) stdin.end(options.input)
  const io: Io = {
    stdout: sink(out),
    stderr: sink(err),
    stdin,
    isTerminal: false,
    columns: undefined,
    now: () => Date.parse('2026-03-01T12:01:00Z'),
    ...options,
    env: {
      BOOTWRIGHT_SERVER: server,
      BOOTWRIGHT_TOKEN_FILE: path.join(dir, 'token'),
      ...options.env,
    },
  }
  return { io, dir, out: () => out.join(''), err: () => err.join('') }
}

function sink(into: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk, _encoding, done) {
      into.push(String(chunk))
      done()
    },
  })
}

export function hostRow(given: Partial<HostRow> = {}): HostRow {
  return {
    name: 'node1',
    mac: '52:54:00:12:34:56',
    macs: ['52:54:00:12:34:56'],
    address: '10.77.0.20',
    profile: 'debian',
    tags: ['lab'],
    state: 'idle',
    netboots: false,
    why: 'was never installed',
    waiting: null,
    since: '2026-03-01T12:00:00Z',
    install: null,
    attempt: 0,
    percent: null,
    progressAt: null,
    message: null,
    lastSeen: null,
    arch: null,
    stage: null,
    download: null,
    power: null,
    console: null,
    ...given,
  }
}

export function event(id: number, given: Partial<HostEvent> = {}): HostEvent {
  const at = `2026-03-01T12:00:${String(id).padStart(2, '0')}Z`
  return {
    id,
    at,
    host: 'node1',
    kind: 'script',
    code: null,
    text: `event ${id}`,
    count: 1,
    ...given,
  }
}

/** Answers with server-sent events that stay open until somebody ends them. */
export function openSse(response: ServerResponse): (event: HostEvent) => void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' })
  response.write('retry: 5\n\n')
  return event => response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`)
}
