import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent, request } from 'undici'
import { type HttpProxy, proxyFor } from '../boot/proxy.ts'
import { PullError } from './catalogue.ts'

/** Where bytes come from. */
export interface Source {
  /** The way to a URL. */
  readonly dispatcher: (url: string) => Dispatcher
  /** Called now and then with the bytes that are there; `total` where the server says it. */
  readonly progress: (done: number, total: number | undefined, url: string) => void
  readonly signal?: AbortSignal | undefined
  /** Told what the server calls the bytes that were fetched from a URL. */
  readonly fetched?: (url: string, tag: string) => void
  /** Milliseconds without a byte after which a connection counts as cut. */
  readonly patience?: number
}

const redirects = 5
const tries = 4
const patienceMs = 30_000

/** Through a proxy what is not excepted; without one by that of the environment (`https_proxy`, `no_proxy`). */
export function dispatcherOf(proxy: HttpProxy | undefined): Source['dispatcher'] {
  if (!proxy) {
    const usual = new EnvHttpProxyAgent()
    return () => usual
  }
  const direct = new Agent()
  const agents = new Map([proxy.http, proxy.https].map(uri => [uri, new ProxyAgent(uri)]))
  return url => agents.get(proxyFor(url, proxy) ?? '') ?? direct
}

/** What a cut download may be gone on with: the server's own name for these bytes. */
interface Validator {
  readonly url: string
  readonly tag: string
}

/**
 * Downloads to `path`, going on where an earlier try or run was cut (Range with If-Range: what changed in between
 * begins anew). `most` bounds the bytes.
 *
 * @throws PullError with a sentence; what was fetched stays as `PATH.part` where it can be gone on with
 */
export async function downloadTo(url: string, path: string, most: number, source: Source) {
  mkdirSync(dirname(path), { recursive: true })
  for (let attempt = 1; ; attempt += 1) {
    const before = sizeOf(`${path}.part`)
    try {
      await fetchPart(url, path, most, source)
      renameSync(`${path}.part`, path)
      rmSync(`${path}.from`, { force: true })
      return
    } catch (error) {
      source.signal?.throwIfAborted()
      if (error instanceof PullError) throw error
      const why = error instanceof Error ? error.message || error.name : String(error)
      const went = sizeOf(`${path}.part`) > before
      if (attempt >= tries && !went) throw new PullError(`${url}: ${why}`)
    }
  }
}

async function fetchPart(url: string, path: string, most: number, source: Source): Promise<void> {
  const part = `${path}.part`
  const have = sizeOf(part)
  const before = have > 0 ? readValidator(path, url) : undefined
  const range = before ? { Range: `bytes=${have}-`, 'If-Range': before.tag } : undefined
  const { answer, at } = await follow(url, range, source)
  const { statusCode, headers, body } = answer
  if (statusCode === 416) {
    await body.dump()
    rmSync(part, { force: true })
    throw new Error('the server cannot go on with it')
  }
  const start = statusCode === 206 ? rangeStart(headers['content-range']) : 0
  if ((statusCode !== 200 && statusCode !== 206) || (statusCode === 206 && start !== have)) {
    await body.dump()
    const what = statusCode === 206 ? 'another range than was asked for' : String(statusCode)
    // A busy or broken server may be better the next time.
    if (statusCode >= 500 || statusCode === 429) throw new Error(`${at} answered ${what}`)
    throw new PullError(`${at} answered ${what}`)
  }
  const length = Number(headers['content-length'])
  const total = Number.isFinite(length) ? start + length : undefined
  const tag = tagIn(headers)
  keepValidator(path, url, tag)
  await using file = await open(part, start === 0 ? 'w' : 'a', 0o644)
  let done = start
  for await (const chunk of body) {
    done += chunk.length
    if (done > most) throw new PullError(`${url} is larger than ${most} bytes`)
    await file.writeFile(chunk)
    source.progress(done, total, url)
  }
  if (total !== undefined && done !== total) throw new Error(`cut after ${done} of ${total} bytes`)
  await file.sync()
  if (tag !== undefined) source.fetched?.(url, tag)
}

/** Asks for the head of a URL, redirects followed; `tag` is what the server calls its bytes. */
export async function headOf(url: string, source: Source) {
  const { answer } = await follow(url, undefined, source, 'HEAD')
  await answer.body.dump()
  const { statusCode: status, headers } = answer
  return { status, tag: status === 200 ? tagIn(headers) : undefined }
}

async function follow(
  url: string,
  range: Record<string, string> | undefined,
  source: Source,
  method: 'GET' | 'HEAD' = 'GET',
) {
  let at = url
  for (let hop = 0; hop <= redirects; hop += 1) {
    const wait = source.patience ?? patienceMs
    const answer = await request(at, {
      dispatcher: source.dispatcher(at),
      method,
      // Lengths and ranges are of the bytes as they are kept.
      headers: { 'Accept-Encoding': 'identity', 'User-Agent': 'bootwright', ...range },
      headersTimeout: wait,
      bodyTimeout: wait,
      ...(source.signal && { signal: source.signal }),
    })
    const { statusCode, headers, body } = answer
    if (statusCode < 300 || statusCode > 399 || statusCode === 304) return { answer, at }
    await body.dump()
    const target = headers.location
    if (typeof target !== 'string' || !URL.canParse(target, at)) {
      throw new PullError(`${at} answered ${statusCode} without saying where to`)
    }
    const next = new URL(target, at)
    const leaves = next.protocol !== 'https:' && (next.protocol !== 'http:' || /^https:/.test(at))
    if (leaves) throw new PullError(`${at} redirects to ${next.origin}, which is less safe`)
    at = next.href
  }
  throw new PullError(`${url} redirects more than ${redirects} times`)
}

/** The sha256 of a file, in hex. */
export async function sha256Of(path: string): Promise<string> {
  await using file = await open(path, 'r')
  const hash = createHash('sha256')
  for await (const chunk of file.createReadStream({ autoClose: false })) hash.update(chunk)
  return hash.digest('hex')
}

function readValidator(path: string, url: string): Validator | undefined {
  try {
    const kept = JSON.parse(readFileSync(`${path}.from`, 'utf8')) as Validator
    return kept.url === url ? kept : undefined
  } catch {
    return undefined
  }
}

/** A weak tag does not promise the same bytes (RFC 9110, section 13.1.5). */
function tagIn({ etag, 'last-modified': modified }: Dispatcher.ResponseData['headers']) {
  const tag = typeof etag === 'string' && !etag.startsWith('W/') ? etag : modified
  return typeof tag === 'string' ? tag : undefined
}

function keepValidator(path: string, url: string, tag: string | undefined) {
  if (tag === undefined) return rmSync(`${path}.from`, { force: true })
  writeFileSync(`${path}.from`, JSON.stringify({ url, tag } satisfies Validator))
}

function rangeStart(header: unknown): number {
  const [, start] = /^bytes (\d+)-/.exec(String(header)) ?? []
  return start === undefined ? Number.NaN : Number(start)
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
