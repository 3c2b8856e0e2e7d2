import { readFileSync } from 'node:fs'
import { homedir, networkInterfaces } from 'node:os'
import path from 'node:path'
import type { Values } from './args.ts'
import { exit, Failure } from './io.ts'

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

/** The admin API of one daemon. All functions throw a {@link Failure} with the sentence to print. */
export interface ApiClient {
  readonly get: <T>(url: string, query?: Query) => Promise<T>
  readonly post: <T>(url: string, body: unknown) => Promise<T>
  /** The bytes of a file. */
  readonly download: (url: string) => Promise<Uint8Array>
  /** Opens a stream of server-sent events. */
  readonly stream: (
    url: string,
    query: Query,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ) => Promise<AsyncIterable<Uint8Array>>
}

/** The daemon cannot be reached now, and may be later. */
export class Unreachable extends Failure {
  constructor(sentence: string) {
    super(sentence, exit.unreachable)
  }
}

type Env = Readonly<Record<string, string | undefined>>

const answerTimeout = 60_000

/**
 * The client for the daemon that options and environment name; nothing is sent yet. Answers are waited
 * for as many milliseconds as `timeout` says.
 */
export function connectApi(values: Values, env: Env, timeout = answerTimeout): ApiClient {
  const server = givenServer(values, env)
  const token = tokenFile(values, env)

  const send = async (url: string, query: Query, init: RequestInit): Promise<Response> => {
    const headers = { ...init.headers, Authorization: `Bearer ${readToken(token)}` }
    const response = await reach(server, `${server}${url}${queryText(query)}`, { ...init, headers })
    if (!response.ok) throw await failureOf(response, server, token)
    return response
  }
  const json = async <T>(url: string, query: Query, init: RequestInit): Promise<T> => {
    const signal = AbortSignal.timeout(timeout)
    const headers = { Accept: 'application/json', ...init.headers }
    return readJson<T>(await send(url, query, { ...init, headers, signal }), server)
  }

  return {
    get: (url, query = {}) => json(url, query, {}),
    post: (url, body) => {
      const headers = { 'Content-Type': 'application/json' }
      return json(url, {}, { method: 'POST', headers, body: JSON.stringify(body) })
    },
    download: async url => {
      const signal = AbortSignal.timeout(timeout)
      return new Uint8Array(await (await send(url, {}, { signal })).arrayBuffer())
    },
    stream: async (url, query, headers, signal) => {
      const init = {
        headers: { Accept: 'text/event-stream', ...headers },
        ...(signal && { signal }),
      }
      const { body } = await send(url, query, init)
      return body ?? new ReadableStream()
    },
  }
}

/** The URL of the daemon that is meant, without a slash at its end. Throws Failure for what is none. */
export function givenServer(values: Values, env: Env): string {
  const text = values.text('server') ?? (env.BOOTWRIGHT_SERVER || hereServer())
  const url = URL.parse(text)
  if (url && /^https?:$/.test(url.protocol))
    return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  throw new Failure(`"${text}" is no server URL such as http://10.77.0.1:8080`, exit.usage)
}

/** The daemon of this machine, which may have no 127.0.0.1. */
function hereServer(): string {
  const own = Object.values(networkInterfaces()).flatMap(all => all ?? [])
  const has = (text: string) => own.some(({ address }) => address === text)
  return `http://${has('::1') && !has('127.0.0.1') ? '[::1]' : '127.0.0.1'}:8080`
}

function tokenFile(values: Values, env: Env): string {
  const named = values.text('token-file') ?? (env.BOOTWRIGHT_TOKEN_FILE || undefined)
  return named ?? path.join(env.HOME || homedir(), '.config/bootwright/token')
}

function readToken(file: string): string {
  let token: string
  try {
    token = readFileSync(file, 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw refused(`the token file ${file} cannot be read (${code})`, file)
  }
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw refused(`the token file ${file} holds no token`, file)
}

/** Where a daemon with the usual dataDir keeps its token. */
const ownFile = '/var/lib/bootwright/admin-token'

function refused(what: string, file: string): Failure {
  const copy = `sudo install -D -m 600 -o $USER ${ownFile} ${file}`
  const way =
    file === ownFile
      ? 'the daemon makes it when it starts first; its user and root may read it'
      : `copy "admin-token" from the daemon's dataDir, such as: ${copy}`
  return new Failure(`${what}; ${way}`, exit.unreachable)
}

/** Asks a daemon; throws Unreachable where none answers. */
export async function reach(server: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'manual' })
  } catch (error) {
    if (init.signal?.aborted && !isTimeout(error)) throw error
    throw new Unreachable(
      `no daemon answers at ${server} (${codeOf(error)}); start one with "bootwright serve", ` +
        'or say where it is with --server URL',
    )
  }
}

async function failureOf(response: Response, server: string, token: string): Promise<Failure> {
  const { status } = response
  const detail = await detailOf(response)
  if (status === 401) return refused(`the daemon at ${server} refused the token of ${token}`, token)
  if (detail === undefined) return stranger(response, server)
  if (status === 403) return new Failure(detail, exit.unreachable)
  return status >= 500 ? new Unreachable(detail) : new Failure(detail, exit.no)
}

/** The sentence of an `application/problem+json` answer (RFC 9457). */
async function detailOf(response: Response): Promise<string | undefined> {
  try {
    const { detail, title } = (await response.json()) as { detail?: unknown; title?: unknown }
    return [detail, title].find(text => typeof text === 'string' && text !== '') as
      | string
      | undefined
  } catch {
    return undefined
  }
}

async function readJson<T>(response: Response, server: string): Promise<T> {
  try {
    return (await response.json()) as T
  } catch (error) {
    if (error instanceof SyntaxError) throw stranger(response, server)
    throw new Unreachable(
      `the daemon at ${server} broke off its answer (${codeOf(error)}); try again`,
    )
  }
}

function stranger({ status }: Response, server: string): Unreachable {
  const sentence = `what answers at ${server} is no Bootwright daemon (HTTP ${status} without JSON)`
  return new Unreachable(`${sentence}; say where the daemon is with --server URL`)
}

function queryText(query: Query): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value ?? []].flat()) given.append(name, String(one))
  }
  return given.size > 0 ? `?${given}` : ''
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError'
}

function codeOf(error: unknown): string {
  if (isTimeout(error)) return `no answer within ${answerTimeout / 1000} s`
  const { cause } = error as { cause?: { code?: string; message?: string } }
  return cause?.code ?? cause?.message ?? String(error)
}
