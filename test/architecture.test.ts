import { existsSync, globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { functionsOf } from './functions.ts'
import { handBounded } from './hand-bounded.ts'
import { importsOf } from './imports.ts'
import { ambiguousNames } from './names.ts'

interface Law {
  /** Folders of src whose files may be imported, besides its own. */
  readonly folders: readonly string[]
  /** Modules of Node and packages, each with the files that may use it; `*` is all of them. */
  readonly modules?: Readonly<Record<string, string>>
}

/** Who may import whom. What is not listed is forbidden. */
const laws: Readonly<Record<string, Law>> = {
  wire: { folders: [] },
  // A few helpers that know nothing of netbooting.
  base: { folders: [] },
  boot: { folders: ['wire', 'base'] },
  doctor: { folders: ['boot', 'wire', 'base'] },
  config: {
    folders: ['boot', 'wire', 'base'],
    modules: { 'node:fs': '*', 'node:path': '*', yaml: '*', typebox: '*', liquidjs: '*' },
  },
  store: {
    folders: ['boot', 'wire', 'base', 'config/config.ts'],
    modules: {
      'node:fs': '*',
      'node:path': '*',
      'node:sqlite': '*',
      'node:timers': '*',
      'node:util': '*',
      pg: '*',
    },
  },
  dhcp: { folders: ['boot', 'wire', 'base'], modules: { 'node:dgram': 'server.ts' } },
  dhcp6: { folders: ['boot', 'wire', 'base'], modules: { 'node:dgram': 'server.ts' } },
  // Calls of the kernel that Node has no words for.
  linux: {
    folders: [],
    modules: { 'node:module': 'libc.ts', 'node:util': 'libc.ts', 'node:fs': 'bell.ts' },
  },
  tftp: {
    folders: ['boot', 'linux', 'wire', 'base'],
    modules: { 'node:*': '*', 'node:dgram': 'socket.ts' },
  },
  // What the API says, once for checks, types and its document.
  api: { folders: ['boot', 'wire', 'base'], modules: { typebox: '*' } },
  http: {
    folders: ['api', 'boot', 'linux', 'wire', 'base'],
    modules: {
      'node:*': '*',
      fastify: '*',
      typebox: '*',
      '@fastify/ajv-compiler': 'lazy-validators.ts',
      '@fastify/compress': 'api/api-routes.ts',
      '@fastify/cookie': 'api/api-routes.ts',
      '@fastify/swagger': 'api/document-routes.ts',
    },
  },
  install: {
    folders: [
      'boot',
      'wire',
      'base',
      'store/memory.ts',
      'world/world.ts',
      'system/child.ts',
      'system/output-of.ts',
      'system/process-group.ts',
    ],
    modules: { 'node:*': '*', undici: '*' },
  },
  // The hand that switches machines on and off.
  power: {
    folders: ['boot', 'wire', 'base', 'system/child.ts'],
    modules: {
      'node:*': '*',
      undici: '*',
      '@device-management-toolkit/wsman-messages': 'amt-way.ts',
      'net-snmp': 'snmp-way.ts',
    },
  },
  // Plain counts, and how Prometheus is told of them.
  metrics: { folders: [], modules: { 'prom-client': 'exposition.ts' } },
  syslog: {
    folders: ['boot', 'wire', 'base'],
    modules: { 'node:dgram': 'server.ts', 'node:net': 'tcp.ts' },
  },
  // The config as the network is now.
  world: {
    folders: ['config', 'system', 'store/memory.ts', 'install', 'boot', 'wire', 'base'],
    modules: { 'node:*': '*' },
  },
  // What happened: reads what the doors and the hands tell of themselves.
  record: {
    folders: [
      'world',
      'store',
      'install',
      'dhcp',
      'dhcp6',
      'tftp',
      'http/files',
      'metrics',
      'boot',
      'wire',
      'base',
    ],
    modules: { 'node:*': '*' },
  },
  // The same decision without a daemon.
  explain: {
    folders: [
      'world',
      'config',
      'system',
      'install',
      'dhcp',
      'dhcp6',
      'tftp',
      'cli',
      'boot',
      'wire',
      'base',
    ],
    modules: { 'node:*': '*' },
  },
  // Boot media from their publishers, verified.
  pull: {
    folders: ['base', 'boot/proxy.ts'],
    modules: {
      'node:*': '*',
      undici: 'download.ts',
      typebox: 'catalogue.ts',
      yaml: 'catalogue.ts',
    },
  },
  // The image that machines start from where they cannot netboot.
  media: { folders: ['boot', 'wire', 'base'], modules: { 'node:*': '*' } },
  // Plays netbooting clients on a real link.
  probe: {
    folders: ['explain', 'dhcp', 'boot', 'wire', 'base'],
    modules: { 'node:dgram': '*', 'node:events': '*', 'node:timers': '*', undici: 'fetch.ts' },
  },
  cli: { folders: ['api', 'boot', 'wire', 'base'], modules: { 'node:*': '*' } },
  // Runs in the browser as it is: what it imports is what `index.html` maps and what lies beside it.
  page: {
    folders: [
      ...['api', 'boot/event.ts', 'boot/event-data.ts'],
      ...['base/amount.ts', 'base/terminal-text.ts'],
    ],
    modules: { preact: '*', htm: 'parts/html.ts', '@xterm/xterm': 'host/open-terminal.ts' },
  },
  // Kernel facts: addresses, ports, neighbours, files. The config's types, never its reader.
  system: {
    folders: ['boot', 'wire', 'base', 'config/config.ts'],
    modules: { 'node:*': '*', pino: 'log-lines.ts', 'pino-pretty': 'log-lines.ts' },
  },
}

/** The only wiring: these may import everything that is not kept. */
const wiring = /^src\/(daemon\/|cli\/local\/|main\.ts$|launch\.js$)/
/** Packages that the wiring leaves to one room too: its parts know `Log` and `HttpApp`. */
const kept = /^(@?fastify|pino)\b/
const longest = 250
/** Lines of a function in src, and in test/ and bench/. */
const longestFunction = { src: 60, test: 80 }

/** Why a file may not import this; undefined where it may. */
function offence(file: string, from: string): string | undefined {
  if (wiring.test(file) && !kept.test(from)) return undefined
  const [, folder = '', ...rest] = file.split('/')
  const law = laws[folder] ?? (wiring.test(file) ? { folders: [] } : undefined)
  if (!law) return `src/${folder} has no law: write it into test/architecture.test.ts`
  if (from.startsWith('.')) {
    const target = normalize(join(dirname(file), from)).replace(/^src\//, '')
    const allowed = [folder, ...law.folders]
    if (allowed.some(path => target === path || target.startsWith(`${path}/`))) return undefined
    return `${folder}/ may not import ${target}`
  }
  const modules = law.modules ?? {}
  const name = from.split('/')[0] ?? from
  const known = modules[from] ?? modules[name] ?? (from.startsWith('node:') && modules['node:*'])
  if (!known) return `${folder}/ may not import ${from}`
  if (known !== '*' && known !== rest.join('/')) return `only ${folder}/${known} may import ${from}`
  return undefined
}

const files = globSync('src/**/*.ts').sort()

t.test('who may import whom', async t => {
  t.ok(files.length > 100, 'there are files to look at')
  const offences = files.flatMap(file => {
    const imports = importsOf(readFileSync(file, 'utf8'))
    return imports.flatMap(from => {
      const why = offence(file, from)
      return why === undefined ? [] : `${file}: ${why}`
    })
  })
  t.strictSame(offences, [])
})

t.test('every module of Node is imported as node:, every file by its own name', async t => {
  for (const file of files) {
    for (const from of importsOf(readFileSync(file, 'utf8'))) {
      if (from.startsWith('.')) {
        t.ok(/\.ts$/.test(from) && existsSync(join(dirname(file), from)), `${file}: ${from}`)
      } else if (isBuiltin(from)) t.match(from, /^node:/, file)
    }
  }
})

/** Files that lie on a circle of imports, or between two. */
function onCircles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  let left = new Set(imports.keys())
  for (;;) {
    const imported = new Set([...left].flatMap(file => imports.get(file) ?? []))
    const next = [...left].filter(
      file => imported.has(file) && imports.get(file)?.some(other => left.has(other)),
    )
    if (next.length === left.size) return next
    left = new Set(next)
  }
}

t.test('no circles of files, not even of types', async t => {
  const imports = new Map(
    files.map(file => {
      const local = importsOf(readFileSync(file, 'utf8')).filter(from => from.startsWith('.'))
      return [file, local.map(from => normalize(join(dirname(file), from)))]
    }),
  )
  t.strictSame(onCircles(imports), [])
  const circle: [string, string[]][] = [
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['d', 'b']],
    ['d', []],
  ]
  t.strictSame(onCircles(new Map(circle)), ['b', 'c'])
  t.strictSame(onCircles(new Map([['a', ['a']]])), ['a'])
})

t.test(`no file is longer than ${longest} lines`, async t => {
  const long = files.flatMap(file => {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length
    return lines > longest ? `${file}: ${lines} lines` : []
  })
  t.strictSame(long, [])
})

t.test(
  `no function is longer than ${longestFunction.src} lines, in tests ${longestFunction.test}`,
  async t => {
    const long = globSync('{src,test,bench,packaging}/**/*.ts').flatMap(file => {
      const most = file.startsWith('src/') ? longestFunction.src : longestFunction.test
      return functionsOf(readFileSync(file, 'utf8')).flatMap(({ name, lines }) =>
        lines > most ? `${file} ${name}` : [],
      )
    })
    t.strictSame(long, [])
  },
)

t.test('functions are counted whole, also where they have no name', async t => {
  const text = [
    'export function create(a: number): () => number {',
    '  return () => {',
    '    const twice = (b: number) => b * 2',
    '    return twice(a)',
    '  }',
    '}',
    "call('a story', async () => {",
    '  await 1',
    '})',
    'const one = { two() {\n} }',
  ].join('\n')
  const counted = functionsOf(text).map(({ name, line, lines }) => `${line}: ${name} ${lines}`)
  t.strictSame(counted.sort(), [
    '10: two 2',
    '1: create 6',
    '2: nameless 4',
    '3: twice 1',
    '7: call with a story 3',
  ])
})

t.test('no test is given up by a clock that does not know how slow the day is', async t => {
  const fixed = globSync('test/**/*.ts').filter(file =>
    /\bt\.setTimeout\((?!fileTimeout\()/.test(readFileSync(file, 'utf8')),
  )
  t.strictSame(fixed, [])
})

t.test('no test loses its folder before what works in it has ended', async t => {
  const early = globSync('test/**/*.ts').filter(
    file => file !== 'test/folder.ts' && /\.testdir\(/.test(readFileSync(file, 'utf8')),
  )
  t.strictSame(early, [])
})

/** What a file offers, and whether it is a type. */
function exportsOf(text: string): { name: string; isType: boolean }[] {
  const declared = /^export (?:async )?(function\*?|const|class|interface|type) (\w+)/gm
  const one = [...text.matchAll(declared)].map(([, kind = '', name = '']) => ({
    name,
    isType: kind === 'interface' || kind === 'type',
  }))
  const taken = [...text.matchAll(/^export const [{[]([^}\]]*)[}\]]/gm)].flatMap(([, names = '']) =>
    names.split(',').map(name => ({ name: name.split(':').at(-1)?.trim() ?? '', isType: false })),
  )
  return [...one, ...taken].filter(({ name }) => name !== '')
}

/** `file name` of all that these files import by name; `file *` of what they take whole. */
function importedBy(files: readonly string[]): Set<string> {
  const named = /^import\s+(?:type\s+)?([^'"]*?)\bfrom\s*['"](\.[^'"\n]+)['"]/gm
  const whole = /\bimport\(\s*['"](\.[^'"\n]+)['"]/g
  const found = files.flatMap(file => {
    const text = readFileSync(file, 'utf8')
    const target = (from = '') => normalize(join(dirname(file), from))
    const byName = [...text.matchAll(named)].flatMap(([, what = '', from]) => {
      const names = /\{([^}]*)\}/.exec(what)?.[1]?.split(',') ?? ['*']
      return names.map(
        name =>
          `${target(from)} ${name
            .replace(/^\s*(?:type )?/, '')
            .split(' as ')[0]
            ?.trim()}`,
      )
    })
    return [...byName, ...[...text.matchAll(whole)].map(([, from]) => `${target(from)} *`)]
  })
  return new Set(found)
}

t.test(
  'what is exported is used: by another file of src, or tested and used by its own',
  async t => {
    const bySrc = importedBy(files)
    const byTests = importedBy(globSync('{test,bench}/**/*.ts'))
    const unused = files.flatMap(file => {
      const text = readFileSync(file, 'utf8')
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      return exportsOf(text).flatMap(({ name, isType }) => {
        if (bySrc.has(`${file} ${name}`) || bySrc.has(`${file} *`)) return []
        const isUsedHere = (code.match(new RegExp(`\\b${name}\\b`, 'g'))?.length ?? 0) > 1
        const isTested = byTests.has(`${file} ${name}`)
        // Types say what the file's own functions take and give.
        if (isType ? isUsedHere || isTested : isUsedHere && isTested) return []
        return [`${file} ${name}`]
      })
    })
    t.strictSame(unused, [])
  },
)

t.test(
  'a name has one meaning: no type, and nothing exported, is declared in two files',
  async t => {
    const texts = new Map(files.map(file => [file, readFileSync(file, 'utf8')]))
    t.strictSame(ambiguousNames(texts), [])
    const rows: [string, string, string, boolean][] = [
      ['two types', 'export interface Place {', 'export type Place = string', true],
      ['a type of each file', 'interface Entry {', 'type Entry = { a: 1 }', true],
      ['a type and a class', 'export type Read = 1', 'class Read extends Histogram {', true],
      ['a type and a component', 'export type Preview = 1', 'export function Preview() {', true],
      ['two functions', 'export function choose() {', 'export async function choose() {', true],
      [
        'a function and a constant',
        'export const choose = () => 1',
        'export function choose() {',
        true,
      ],
      [
        'what is taken out',
        'export const { a, b: choose } = x',
        'export function choose() {',
        true,
      ],
      ['helpers of each file', 'function rowOf() {', 'function rowOf() {', false],
      ['a helper beside an export', 'export function rowOf() {', 'const rowOf = () => 1', false],
      ['within a function', 'export type Row = 1', '  type Row = 2', false],
      ['in a comment', 'export type Row = 1', '/*\nexport type Row = 2\n*/', false],
    ]
    for (const [what, a, b, isAmbiguous] of rows) {
      const found = ambiguousNames(
        new Map([
          ['src/a/a.ts', a],
          ['src/b/b.ts', b],
        ]),
      )
      t.equal(found.length, isAmbiguous ? 1 : 0, what)
    }
    const run = 'export function run() {'
    t.strictSame(
      ambiguousNames(
        new Map([
          ['src/cli/a.ts', run],
          ['src/cli/local/b.ts', run],
        ]),
      ),
      [],
    )
    t.strictSame(
      ambiguousNames(
        new Map([
          ['src/a/a.ts', run],
          ['src/b/b.ts', run],
        ]),
      ),
      ['run: src/a/a.ts, src/b/b.ts'],
    )
  },
)

t.test('no barrels: a file is imported from where it is written', async t => {
  const barrels = files.filter(file => {
    const text = readFileSync(file, 'utf8')
    return /\/index\.ts$/.test(file) || /^export\s+(type\s+)?(\*|\{[^}]*\})\s+from\b/m.test(text)
  })
  t.strictSame(barrels, [])
})

t.test('what is bounded is bounded by src/base: no map loses its oldest by hand', async t => {
  const byHand = files.flatMap(file => {
    if (file === 'src/base/bounded.ts') return []
    return handBounded(readFileSync(file, 'utf8')).map(line => `${file}:${line}`)
  })
  t.strictSame(byHand, [])
  const bad = [
    'const [oldest] = seen.keys()\nif (seen.size > most && oldest !== undefined) seen.delete(oldest)',
    'const [oldest] = seen\nif (seen.size <= most || !oldest) return\nseen.delete(oldest[0])',
    'const [[oldest]] = [...this.seen]\nconsole.log(oldest)\nthis.seen.delete(oldest)',
    'const first = desk.seen.keys().next()\nif (!first.done) desk.seen.delete(first.value)',
    'const { value } = seen.values().next()\nseen.delete(value)',
    'if (seen.size > most) seen.delete(seen.keys().next().value!)',
    'while (seen.size > most) seen.delete([...seen.keys()][0])',
    'if (seen.size > most) seen.delete(Array.from(seen)[0]![0])',
    'if (seen.size > most) seen.delete(seen.keys().toArray()[0])',
    'for (const key of seen.keys()) {\n  if (seen.size <= most) break\n  seen.delete(key)\n}',
    'for (const [key, one] of seen) if (one.until < now || seen.size > most) forget(key)',
    'for (const [key] of seen) {\n  if (seen.size <= most) return\n  remove(key)\n}',
    'if (prober.found.size >= most) prober.found.clear()',
    'if (seen.size >= most) {\n  seen.clear()\n}',
    'seen.size > most && seen.clear()',
  ]
  for (const text of bad) t.equal(handBounded(`function f() {\n${text}\n}`).length, 1, text)
  const good = [
    'remember(seen, mac, now, most)',
    'const [first] = words\nseen.delete(first)',
    'const [first] = seen.keys()\nreturn first',
    'for (const [key, { until }] of seen) if (until < now) seen.delete(key)',
    'for (const id of open.keys()) if (!ids.has(id)) open.delete(id)',
    'if (open.size >= most) open.values().next().value?.destroy()',
    'if (closed) seen.clear()',
    'seen.delete(key)\nif (seen.size === 0) byAddress.delete(address)',
  ]
  for (const text of good) t.strictSame(handBounded(`function f() {\n${text}\n}`), [], text)
})

t.test('the law is red where it is broken', async t => {
  const broken = [
    ['src/wire/a.ts', "import { readFileSync } from 'node:fs'"],
    ['src/wire/a.ts', "import type { Host } from '../boot/host.ts'"],
    ['src/boot/a.ts', "import type { Config } from '../config/config.ts'"],
    ['src/boot/a.ts', "import { join } from 'node:path'"],
    ['src/boot/a.ts', "import { Type } from 'typebox'"],
    ['src/doctor/rules/a.ts', "import { readFileSync } from 'node:fs'"],
    ['src/config/a.ts', "import { createHosts } from '../store/hosts.ts'"],
    ['src/store/a.ts', "const x = await import('node:net')"],
    ['src/dhcp/handle.ts', "import {\n  createSocket,\n} from 'node:dgram'"],
    ['src/dhcp/server.ts', "import { readFileSync } from 'node:fs'"],
    ['src/tftp/session.ts', "import { createSocket } from 'node:dgram'"],
    ['src/http/a.ts', "import { change } from '../install/change.ts'"],
    ['src/http/a.ts', "export { change } from '../install/change.ts'"],
    ['src/install/a.ts', "import '../http/app.ts'"],
    ['src/install/a.ts', "import fastify from 'fastify'"],
    ['src/cli/a.ts', "import { openSqlite } from '../store/sqlite.ts'"],
    ['src/system/a.ts', "import { loadConfig } from '../config/load.ts'"],
    ['src/wire/a.ts', "import { startDaemon } from '../daemon/start.ts'"],
    ['src/page/a.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/page/a.ts', "import { pageRoutes } from '../http/page-routes.ts'"],
    ['src/other/a.ts', "import { x } from './b.ts'"],
    ['src/daemon/a.ts', "import type { FastifyBaseLogger } from 'fastify'"],
    ['src/daemon/a.ts', "import pretty from 'pino-pretty'"],
    ['src/record/a.ts', "import type { FastifyBaseLogger } from 'fastify'"],
    ['src/http/a.ts', "import { pino } from 'pino'"],
    ['src/dhcp/a.ts', "import type { Logger } from 'pino'"],
  ] as const
  for (const [file, text] of broken) {
    const [from = 'nothing was found'] = importsOf(text)
    t.type(offence(file, from), 'string', `${file}: ${text}`)
  }
  const right = [
    ['src/wire/a.ts', "import { WireError } from './error.ts'"],
    ['src/http/a.ts', "import { type Static, Type } from 'typebox'"],
    ['src/dhcp/server.ts', "import { createSocket } from 'node:dgram'"],
    ['src/install/a.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/system/a.ts', "import type { Config } from '../config/config.ts'"],
    ['src/system/log-lines.ts', "import { pino } from 'pino'"],
    ['src/daemon/start.ts', "import { buildApp } from '../http/app.ts'"],
    ['src/cli/local/a.ts', "import { loadConfig } from '../../config/load.ts'"],
  ] as const
  for (const [file, text] of right) {
    t.equal(offence(file, importsOf(text)[0] ?? 'nothing was found'), undefined, text)
  }
})
