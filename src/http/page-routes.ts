import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Access, allowedOnly } from './api/access.ts'
import { selectBytes } from './files/conditional.ts'
import { problem } from './problem.ts'

interface PageFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
}

/** The files of the page, and the policy that its browser is held to. */
interface Page {
  readonly files: ReadonlyMap<string, PageFile>
  readonly policy: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Libraries as npm brings them; `index.html` maps their names to these files. */
const libraries = ['preact', 'preact/hooks', 'htm']

/** `GET /` and `GET /page/NAME`: the page, from memory, to the addresses of `admin.allow`. */
export function pageRoutes(app: FastifyInstance, access: () => Access): void {
  const page = readPage(new URL('../page/', import.meta.url))
  const onRequest = allowedOnly(access)
  const method = ['GET', 'HEAD']
  app.route({ method, url: '/', onRequest, handler: send(page, () => 'index.html') })
  app.route<{ Params: { name: string } }>({
    method,
    url: '/page/:name',
    onRequest,
    handler: send(page, request => (request.params as { name: string }).name),
  })
}

function send({ files, policy }: Page, nameOf: (request: FastifyRequest) => string) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const file = files.get(nameOf(request))
    if (!file) return problem(reply, 404, 'the page has no such file')
    const { bytes, type, etag } = file
    const version = { size: bytes.length, etag, lastModified: undefined }
    const { status, headers, from, to } = selectBytes(request.method, request.headers, version)
    return reply
      .code(status)
      .headers({
        ...headers,
        'Content-Type': type,
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
      })
      .send(request.method === 'HEAD' ? undefined : bytes.subarray(from, to))
  }
}

function readPage(folder: URL): Page {
  const own = readdirSync(folder).filter(name => extname(name) in types)
  const found = own.map(name => [name, new URL(name, folder)] as const)
  const named = libraries.map(name => {
    const url = new URL(import.meta.resolve(name))
    return [`${name.replace('/', '-')}.mjs`, url] as const
  })
  const files = new Map([...found, ...named].map(([name, url]) => [name, readFile(url)]))
  const index = readFileSync(new URL('index.html', folder), 'utf8')
  const modules = [...files.keys()].filter(name => /\.m?js$/.test(name))
  files.set('index.html', fileOf(Buffer.from(withPreloads(index, modules)), '.html'))
  return { files, policy: policyOf(index) }
}

function readFile(url: URL): PageFile {
  const path = fileURLToPath(url)
  return fileOf(readFileSync(path), extname(path))
}

function fileOf(bytes: Buffer, extension: string): PageFile {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { bytes, type: types[extension] ?? 'application/octet-stream', etag }
}

/** All modules are asked for at once instead of one import after the other. */
function withPreloads(index: string, modules: readonly string[]): string {
  const links = modules.map(name => `<link rel="modulepreload" href="/page/${name}">`)
  return index.replace('</head>', `${links.join('\n')}\n</head>`)
}

/** Only what we serve may be loaded and asked; the import map is the one inline script. */
function policyOf(index: string): string {
  const [, map = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(index) ?? []
  const hash = createHash('sha256').update(map).digest('base64')
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
}
