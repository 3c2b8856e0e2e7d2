import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { printable } from '../../base/printable.ts'
import type { PublishedFile } from '../../boot/install.ts'
import { assetVersion } from '../../boot/install.ts'
import type { Reason, Refused } from '../../boot/reason.ts'
import { sentenceOf } from '../../boot/words/reason.ts'
import { movedBytes } from '../moved-bytes.ts'
import type { Places } from '../places.ts'
import { normaliseUrl, readUrlPath, type Wanted } from './asset-path.ts'
import { selectBytes, versionOf } from './conditional.ts'
import { contentTypeOf } from './content-type.ts'
import type { FileWay, OpenFile, SendEnd } from './send-file.ts'

/** What the file routes need of the rest of the daemon. */
export interface AssetDeps {
  readonly assets: { readonly folder: string; readonly allowedRoots: readonly string[] }
  /** A file that the config names, by the id and the name in its URL, and its one right version. */
  readonly published: (id: string, name: string) => PublishedFile | undefined
  /** Absolute paths of the loaders we serve, by name. */
  readonly loaders: () => ReadonlyMap<string, string>
  readonly files: FileWay
  /** Of downloads. */
  readonly places: Places
  /** Resolves when the next download may begin: a thousand at once would hold up everybody else. */
  readonly turn: () => Promise<void>
  /** Told now and then while a file goes out, and once when that ends. */
  readonly sent: (event: SentEvent) => void
  /** Told how each file that went out ended. */
  readonly ended: (end: SendEnd) => void
  /** Told of each request for a file that is not there. */
  readonly missed: (event: MissedEvent) => void
}

/** A file that somebody asked for and that is not served. */
export interface MissedEvent {
  readonly address: string
  readonly url: string
  readonly why: Reason
}

/** How far a file went out to a client. */
export interface SentEvent {
  readonly address: string
  readonly url: string
  /** Real path of the file. */
  readonly path: string
  /** Where in the file this answer began: above 0 when a download was resumed. */
  readonly from: number
  /** Bytes of this answer that left so far, and since this was told last. */
  readonly bytes: number
  readonly more: number
  /** Milliseconds since this answer began. */
  readonly ms: number
  /** Bytes of the whole file. */
  readonly size: number
  /** The answer ended and its last byte was the file's last. */
  readonly complete: boolean
}

type AssetRequest = Pick<SentEvent, 'url' | 'address'>
/** What is to be opened, and its one right version. */
export type AskedFile = { readonly wanted: Wanted; readonly version?: string }
type Look = (name: string, deps: AssetDeps) => AskedFile | Refused

/** `GET` and `HEAD` of `/assets/*`, `/assets/@ID/NAME` and `/loaders/NAME`. Never a redirect. */
export function assetRoutes(app: FastifyInstance, deps: AssetDeps): void {
  serve(app, deps, '/assets/', findAsset)
  serve(app, deps, '/loaders/', findLoader)
  app.addHook('onClose', deps.files.close)
}

function serve(app: FastifyInstance, deps: AssetDeps, prefix: string, find: Look): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: `${prefix}*`,
    handler: async (request, reply) => {
      const asked = askedFor(request)
      await deps.turn()
      const name = asked.url.startsWith(prefix) ? asked.url.slice(prefix.length) : ''
      const found = find(name, deps)
      const refused =
        'refused' in found ? found : await answerFile(request, reply, asked, found, deps)
      if (!refused) return reply
      const url = printable(asked.url)
      const { refused: why } = refused
      const reason = sentenceOf(why)
      request.log.info({ ...asked, url, code: why.code, reason }, 'no file')
      if (request.method === 'GET') deps.missed({ ...asked, url, why })
      return reply
        .code(404)
        .type('text/plain; charset=utf-8')
        .send(`${JSON.stringify(url)} is not served: ${reason}.\n`)
    },
  })
}

/** Who asks for what. The router's parameters are decoded; names are judged by what was really sent. */
export function askedFor({ raw, ip }: FastifyRequest): AssetRequest {
  // iPXE encodes the @ of our own URLs; whoever is told of downloads knows them as they were given.
  const url = normaliseUrl(raw.url ?? '')
    .replace(/[?#].*$/s, '')
    .replace(/^\/assets\/%40/, '/assets/@')
  // A client that is gone already has no address; one on a dual-stack socket has `::ffff:10.0.0.1`.
  const address = ((ip as string | undefined) ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
  return { url, address }
}

const findAsset: Look = (name, { assets, published }) => {
  const [, id, rest = ''] = /^@([^/]*)\/(.*)$/s.exec(name) ?? []
  if (id === undefined) {
    return { wanted: { roots: [assets], allowedRoots: assets.allowedRoots, urlPath: name } }
  }
  const wanted = readUrlPath(rest)
  if ('refused' in wanted) return wanted
  const file = published(id, wanted.path)
  if (file === undefined) return { refused: { code: 'file-missing' } }
  return { wanted: { file: file.path }, version: file.version }
}

const findLoader: Look = (name, { loaders }) => {
  const wanted = readUrlPath(name)
  if ('refused' in wanted) return wanted
  const file = loaders().get(wanted.path)
  return file === undefined ? { refused: { code: 'loader-missing' } } : { wanted: { file } }
}

/** Answers with the file as the request's conditions and range ask for, unless it cannot be opened. */
export async function answerFile(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AssetRequest,
  { wanted, version }: AskedFile,
  deps: AssetDeps,
): Promise<Refused | undefined> {
  const file = await deps.files.open(wanted, reply.raw)
  if ('refused' in file) return file
  try {
    if (version !== undefined && assetVersion(file.status) !== version) {
      return { refused: { code: 'other-version' } }
    }
    await answerBy(file, request, reply, asked, deps)
    return undefined
  } finally {
    await file.close()
  }
}

async function answerBy(
  file: OpenFile,
  request: FastifyRequest,
  reply: FastifyReply,
  asked: AssetRequest,
  deps: AssetDeps,
): Promise<void> {
  const version = versionOf(file.status)
  const { status, from, to, headers } = selectBytes(request.method, request.headers, version)
  const whole = { ...headers, 'Content-Type': contentTypeOf(asked.url) }
  if (request.method === 'HEAD' || (status !== 200 && status !== 206)) {
    return answerWithoutFile(reply, status, whole)
  }
  const leave = placeOf(asked, reply, deps.places)
  if (!leave) return answerBusy(reply)
  reply.hijack()
  const { size } = version
  const event = { ...asked, path: file.path, from, size }
  const begun = performance.now()
  let before = 0
  const tell = (bytes: number, complete: boolean) => {
    const ms = Math.round(performance.now() - begun)
    deps.sent({ ...event, bytes, more: bytes - before, ms, complete: complete && to === size })
    before = bytes
  }
  const answer = { from, to, status, headers: whole }
  const end = await file.send(reply.raw, answer, tell).finally(leave)
  deps.ended(end)
  if (end !== 'sent') request.log.info({ ...asked, end }, 'download cut')
}

/** Undefined where there is no place for one more download. */
function placeOf({ address }: AssetRequest, { raw }: FastifyReply, places: Places) {
  places.look()
  const moved = () => (raw.socket ? movedBytes(raw.socket) : 0)
  return places.take({ address, moved, cut: () => raw.destroy() })
}

/** iPXE waits so long and asks again, as often as it must (its HTTP core, `Retry-After`). */
function answerBusy(reply: FastifyReply): void {
  reply
    .code(503)
    .header('Retry-After', '5')
    .type('text/plain; charset=utf-8')
    .send('Too many downloads at the same time; ask again in 5 seconds.\n')
}

const sentences: Readonly<Record<number, string>> = {
  412: 'The file is another version than the one asked for.\n',
  416: 'The file has no byte in the range asked for.\n',
}

function answerWithoutFile(
  reply: FastifyReply,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  const sentence = sentences[status]
  reply.hijack()
  if (sentence === undefined) {
    reply.raw.writeHead(status, { ...headers }).end()
    return
  }
  const text = { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': sentence.length }
  reply.raw.writeHead(status, { ...headers, ...text }).end(sentence)
}
