import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

export interface PageFile {
  readonly bytes: Buffer
  readonly type: string
  readonly etag: string
}

/** The files of the page by their paths in it, and the policy that its browser is held to. */
export interface PageFiles {
  readonly files: ReadonlyMap<string, PageFile>
  readonly policy: string
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  // Packages bring the page as JavaScript.
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** What the page shares with the daemon, as its modules name it. */
const shared = ['../base/amount.ts', '../base/terminal-text.ts', '../base/printable.ts']

/** Libraries as npm brings them, by the files that `index.html` names. */
const libraries: Readonly<Record<string, string>> = {
  'preact.mjs': 'preact',
  'preact-hooks.mjs': 'preact/hooks',
  'htm.mjs': 'htm',
  'xterm.mjs': '@xterm/xterm/lib/xterm.mjs',
  'xterm.css': '@xterm/xterm/css/xterm.css',
}
/** What is fetched when somebody needs it: most of the page's bytes are these. */
const fetchedLater = new Set(['xterm.mjs'])

/**
 * Reads the page at once, so that an upgrade on disk never mixes two of them, and makes it ready for
 * browsers when it is first asked for.
 */
export function openPage(folder: URL): () => Promise<PageFiles> {
  const sources = readSources(folder)
  let page: Promise<PageFiles> | undefined
  return () => {
    page ??= prepare(sources).catch(error => {
      page = undefined
      throw error
    })
    return page
  }
}

function readSources(folder: URL): ReadonlyMap<string, string> {
  const names = globSync('**/*', { cwd: fileURLToPath(folder) })
  const own = names.filter(name => extname(name) in types)
  const urls = [
    ...[...own, ...shared].map(name => [name, new URL(name, folder)] as const),
    ...Object.entries(libraries).map(([name, from]) => {
      return [name, new URL(import.meta.resolve(from))] as const
    }),
  ]
  return new Map(urls.map(([name, url]) => [name, readFileSync(url, 'utf8')]))
}

async function prepare(sources: ReadonlyMap<string, string>): Promise<PageFiles> {
  const index = sources.get('index.html') ?? ''
  const modules = [...sources.keys()].filter(
    name => /\.(ts|js|mjs)$/.test(name) && !fetchedLater.has(name),
  )
  const scripts = new Map([...sources].filter(([name]) => extname(name) === '.ts'))
  const texts = new Map([...sources, ...(await stripTypes(scripts))])
  texts.set('index.html', withPreloads(index, modules))
  const files = new Map([...texts].map(([name, text]) => [name, fileOf(name, text)]))
  return { files, policy: policyOf(index) }
}

/** In a thread of its own where there are types: the first one takes Node 0.3 s, in which no packet would be answered. */
async function stripTypes(
  scripts: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  if (scripts.size === 0) return scripts
  const worker = new Worker(new URL('./strip-types-thread.ts', import.meta.url), {
    workerData: scripts,
    // Node 24 calls the function experimental, and what it does to our own sources stable.
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [stripped] = await once(worker, 'message')
  return stripped
}

function fileOf(name: string, text: string): PageFile {
  const bytes = Buffer.from(text)
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
  return { bytes, type: types[extname(name)] ?? 'application/octet-stream', etag }
}

/** All modules are asked for at once instead of one import after the other. */
function withPreloads(index: string, modules: readonly string[]): string {
  const links = modules.map(name => {
    const { pathname } = new URL(name, 'http://daemon/page/')
    return `<link rel="modulepreload" href="${pathname}">`
  })
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
